"""Which recordings are taken: containers, codecs and sizes, and the sentences that refuse the others. Pure."""

LONGEST_SECONDS = 3601  # an hour, as recorders count it
MAX_SIDE, MAX_PIXELS = 8192, 40_000_000
MAX_STREAMS = 16
MAX_RATE = 1000  # slow motion, whose copy is brought down to a usual rate

# A demuxer is never chosen by the content: what it reads could be a list of other files.
DEMUXERS = {
    "video/mp4": "mov", "video/quicktime": "mov", "video/3gpp": "mov", "audio/mp4": "mov",
    "video/webm": "matroska", "video/x-matroska": "matroska", "audio/webm": "matroska", "audio/x-matroska": "matroska",
    "video/x-msvideo": "avi", "video/mpeg": "mpeg", "video/mp2t": "mpegts", "audio/mpeg": "mp3", "audio/wav": "wav",
    "audio/ogg": "ogg", "audio/flac": "flac", "audio/aac": "aac", "audio/amr": "amr",
}  # fmt: skip
# What a container without a moving picture is; one that is not named here is not taken then.
SOUND_ONLY = {
    "video/mp4": "audio/mp4", "video/quicktime": "audio/mp4", "video/3gpp": "audio/mp4",
    "video/webm": "audio/webm", "video/x-matroska": "audio/x-matroska",
}  # fmt: skip
# What a container that was called sound is when it moves.
MOVING = {"audio/mp4": "video/mp4", "audio/webm": "video/webm", "audio/x-matroska": "video/x-matroska"}

VIDEO_CODECS = frozenset({
    "h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v1", "msmpeg4v2",
    "msmpeg4", "h263", "mjpeg", "dvvideo", "prores", "rawvideo", "theora",
})  # fmt: skip
AUDIO_CODECS = frozenset({
    "aac", "aac_latm", "mp3", "mp3float", "mp2", "mp2float", "ac3", "eac3", "opus", "libopus", "vorbis", "flac", "alac",
    "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt",
    "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_u8",
    "pcm_s8", "pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd",
})  # fmt: skip

# Options for libavformat and libavcodec: this one file, these decoders, no larger picture in the middle of it.
SAFE = {
    "protocol_whitelist": "file",
    "codec_whitelist": ",".join(sorted(VIDEO_CODECS | AUDIO_CODECS)),
    "max_pixels": str(MAX_PIXELS),
}
# Off by default as well: a track may name another file as the place of its data.
NO_OTHER_FILE = {"enable_drefs": "0", "use_absolute_path": "0"}

BROKEN = (
    "Rekaman ini rusak atau terpotong, sehingga tidak dapat dibuka. Kirim ulang berkas asli dari kamera atau ponsel."
)
CUT = (
    "Rekaman ini terpotong: panjangnya {promised}, tetapi hanya {found} yang terbaca. Kirim ulang berkas aslinya utuh."
)
NOTHING = "Berkas ini tidak berisi gambar bergerak maupun suara. Kirim berkas asli dari kamera atau alat perekam."
NO_PICTURE = "Berkas video ini hanya berisi suara. Simpan suaranya sebagai M4A atau MP3, lalu kirim lagi."
NOT_SOUND = "Berkas suara ini berisi video. Simpan ulang sebagai MP4, lalu kirim lagi."
TOO_LONG = "Rekaman ini lebih dari 1 jam. Potong menjadi beberapa bagian, lalu kirim satu per satu."
TOO_LARGE = (
    f"Gambar video ini melebihi {MAX_SIDE} piksel sesisi atau {MAX_PIXELS // 1_000_000} megapiksel. "
    "Perkecil menjadi 4K atau Full HD, lalu kirim lagi."
)
TOO_FAST = (
    f"Video ini melebihi {MAX_RATE} gambar per detik. Simpan ulang pada 30 atau 60 gambar per detik, lalu kirim lagi."
)
TOO_MANY = f"Rekaman ini berisi lebih dari {MAX_STREAMS} jalur. Simpan ulang dengan satu gambar dan satu suara."
NOT_TAKEN = "Rekaman ini memakai format {codec} yang tidak diterima. Simpan ulang sebagai MP4 (H.264), lalu kirim lagi."
SOUND_NOT_TAKEN = (
    "Rekaman suara ini memakai format {codec} yang tidak diterima. Simpan ulang sebagai MP3 atau M4A, lalu kirim lagi."
)
TOO_SLOW = "Rekaman ini terlalu lama untuk diolah. Kirim rekaman yang lebih pendek atau beresolusi lebih rendah."
NO_FFMPEG = "Rekaman belum dapat diperiksa: program ffmpeg belum terpasang. Hubungi Pengelola sistem."
