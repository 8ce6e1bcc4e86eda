#!/bin/sh
# Makes the PDF, the recording, the video and the rotated photograph of the samples, from the folder above this one.
# Debian: libreoffice-writer-nogui espeak-ng ffmpeg libimage-exiftool-perl libjpeg-turbo-progs qpdf
# Usage: sources/make.sh BUILDING_JPG     (building.jpg of the Debian package opencv-doc)
set -eu
building=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

jpegtran -copy all -trim -rotate 270 -outfile rusunawa.jpg "$building"
exiftool -quiet -overwrite_original -n -Orientation=6 \
    -GPSLatitude=6.2622 -GPSLatitudeRef=S -GPSLongitude=106.9876 -GPSLongitudeRef=E rusunawa.jpg

soffice --headless -env:UserInstallation="file://$work/office" --convert-to pdf:writer_web_pdf_Export \
    --outdir "$work" sources/notulen.html >/dev/null
# The export begins with a blank page.
qpdf "$work/notulen.pdf" --pages . 2-z -- notulen.pdf

espeak-ng -v id -s 140 -w "$work/suara.wav" -f sources/suara.txt
ffmpeg -v error -y -i "$work/suara.wav" -c:a aac -b:a 48k -ar 44100 \
    -metadata title='Laporan lapangan Bidang Perumahan' -metadata artist='Bidang Perumahan' suara.m4a

espeak-ng -v id -s 140 -w "$work/narasi.wav" -f sources/narasi.txt
zoom='scale=1920:-2,zoompan=d=125:s=640x360:fps=25:x=iw/2-(iw/zoom/2):y=ih/2-(ih/zoom/2)'
ffmpeg -v error -y -i kawasan.jpg -i rumah.jpg -i "$work/narasi.wav" -filter_complex \
    "[0]$zoom:z='1+on/625'[a];[1]$zoom:z='1.2-on/625'[b];[a][b]concat=n=2,format=yuv420p[v];[2]apad[s]" \
    -map '[v]' -map '[s]' -t 10 -c:v libx264 -preset slow -crf 30 -c:a aac -b:a 48k -ar 44100 -movflags +faststart \
    -metadata title='Penataan kawasan Kayuringin Jaya' -metadata artist='Bidang Permukiman' \
    -metadata location='-06.2383+106.9756/' video.mp4
