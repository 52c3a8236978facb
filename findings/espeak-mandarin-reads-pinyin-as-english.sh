#!/bin/sh
# Guessed: espeak-ng's voice "cmn" (named "Chinese (Mandarin, latin as English)") speaks Chinese characters in Mandarin, and
#          only Latin letters between them in English.
# So:      most characters are first turned into pinyin, and that pinyin counts as Latin letters: 通过 is spelled as the
#          English reading of "tong guo", 你好 as that of "ni hao". Only syllables of a few characters (王) are Mandarin.
#          The voice "cmn-latn-pinyin" takes the same characters and speaks all of them in Mandarin, with their tones.
# Version: espeak-ng 1.51+dfsg-10+deb12u2 (Debian 12); 2026-11-30.
# Why:     clips are rendered once and played to people who would not understand them; nothing fails, and loudness and
#          length look right.
# Needs:   apt install espeak-ng (of Debian 12); run as root where it is not there yet.
set -eu
command -v espeak-ng >/dev/null || apt-get install -y -q --no-install-recommends espeak-ng >/dev/null
espeak-ng --version
plain=$(espeak-ng -v cmn -x -q "通过")
pinyin=$(espeak-ng -v cmn-latn-pinyin -x -q "通过")
echo "cmn            : $plain"
echo "cmn-latn-pinyin: $pinyin"
case $plain in *"(en)"*) ;; *) echo "cmn speaks it in Mandarin here" >&2; exit 1 ;; esac
case $pinyin in *"(en)"*) exit 1 ;; *"th'ong55"*"k'uo51"*) ;; *) exit 1 ;; esac
