#!/bin/sh
# Makes .venv-emupos with emupos, a printer emulator that is not ours. It needs Python 3.13 or newer.
set -eu
cd "$(dirname "$0")/../.."
test -x .venv-emupos/bin/emupos && exit 0
for python in python3.14 python3.13 "$HOME"/.pyenv/versions/3.1[3-9]*/bin/python3 python3; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null; then
        echo "== emupos into .venv-emupos with $("$python" --version)"
        "$python" -m venv .venv-emupos
        exec .venv-emupos/bin/python -m pip install --quiet --disable-pip-version-check emupos==0.4.0
    fi
done
echo "emupos needs Python 3.13 or newer and none is here; install python3.13 (pyenv install 3.13) and run this again" >&2
exit 1
