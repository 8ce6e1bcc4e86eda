"""What anybody would try first: no password is made of these alone. Our own list, from what offices here write down."""

# In the order of the keys, and of the numbers.
KEYBOARD = ("1234567890", "0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
            "qwertyuiopasdfghjklzxcvbnm", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp")  # fmt: skip
_TEXT = """
    password passw passwd pass secret rahasia sandi kata katasandi katakunci kunci masuk login welcome selamat datang
    admin administrator administratur operator user pengguna root superuser test testing coba demo guest tamu default
    changeme ubahsaya letmein iloveyou sayang cinta akucintakamu bismillah alhamdulillah assalamualaikum allah
    indonesia merdeka garuda pancasila jakarta bandung bekasi bekasikota kota kotabekasi patriot patriotbekasi pemkot
    pemkotbekasi pemda dinas kantor bidang sekretariat kepala sekretaris humas ppid pegawai negeri sipil pns asn
    perumahan permukiman pertanahan disperkimtan perkimtan kawasan rusunawa website situs berita warta alur alurwarta
    qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm abc abcd abcdef monkey dragon football sepakbola master
    januari februari maret april mei juni juli agustus september oktober november desember
    senin selasa rabu kamis jumat sabtu minggu tahun baru lebaran ramadan
    anjing kucing satu dua tiga empat lima enam tujuh delapan sembilan sepuluh seribu
    the my is saya aku kami ini itu yang dan di ku mu
"""
WORDS = frozenset(_TEXT.split())
