#!/bin/sh
# Installs Samebag on Debian 12 or Raspberry Pi OS (bookworm, trixie), or takes it away: install.sh install|uninstall,
# from the repository, as root; install-kiosk|uninstall-kiosk for its page on this machine's display. Again is an upgrade;
# data and settings stay. DESTDIR=... only puts the files there. PURGE=1 uninstall takes data and settings too. PYTHON=...
# is the Python to build with.
set -eu
cd "$(dirname "$0")/.."
root=${DESTDIR:-}
python=${PYTHON:-/usr/bin/python3}
home=/opt/samebag
units="samebag.service samebag-web.service samebag-inbox.path samebag-purge.timer samebag-verify.timer samebag-log-age.timer"

# gcc and headers build evdev, of which PyPI has no binary
packages="python3-venv python3-dev gcc linux-libc-dev libzbar0 fonts-wqy-microhei"
# Bindings that PyPI has not for every Python and board: taken from apt where apt has them
bindings="python3-lgpio python3-picamera2"
voice_link=/etc/systemd/system/samebag.service.d/voice.conf
# What the kiosk needs beside: 600 MB with what they pull, so by install-kiosk only
# cage does not start without Xwayland, though its package does not say so
kiosk_packages="cage seatd xwayland chromium"
kiosk_link=/etc/udev/rules.d/71-samebag-kiosk.rules # after 60-input-id.rules, which tells what is a touch panel

place_of() { # where a file of this folder goes; nothing for those that stay
  case $1 in
    *.service | *.path | *.timer) echo "/usr/lib/systemd/system/$1" ;;
    *.catalog) echo "/usr/lib/systemd/catalog/$1" ;;
    samebag.rules) echo /usr/lib/udev/rules.d/70-samebag.rules ;;
    samebag.sysusers) echo /usr/lib/sysusers.d/samebag.conf ;;
    samebag.tmpfiles) echo /usr/lib/tmpfiles.d/samebag.conf ;;
    samebag.modules) echo /usr/lib/modules-load.d/samebag.conf ;;
    samebag-journald.conf) echo /usr/lib/systemd/journald.conf.d/samebag.conf ;;
    samebag-watchdog.conf) echo /usr/lib/systemd/system.conf.d/samebag.conf ;;
    samebag-getty.conf) echo /usr/lib/systemd/system/getty@tty1.service.d/samebag.conf ;;
    samebag-upload.conf) echo /usr/lib/systemd/system/systemd-journal-upload.service.d/samebag.conf ;;
    settings.toml | samebag-voice.conf | log-age | kiosk-policy.json | kiosk.rules) echo "/usr/share/samebag/$1" ;;
  esac
}

places() { # of all files: from where to where
  for path in systemd/*; do
    place=$(place_of "${path##*/}")
    [ -z "$place" ] || echo "$path $root$place"
  done
}

live() { [ -z "$root" ]; }
running() { live && [ -d /run/systemd/system ]; }
has_candidate() { apt-cache policy "$1" | grep -q 'Candidate: [^(]'; }

install_packages() {
  wanted=$packages
  apt-get update -qq || echo "   without the newest lists of packages" >&2
  for binding in $bindings; do
    has_candidate "$binding" && wanted="$wanted $binding"
  done
  echo "== Debian packages: $wanted"
  sh .ci/apt $wanted
}

knows() { # python, modules: whether it finds one of them
  "$1" -c 'import sys; from importlib.util import find_spec; sys.exit(not any(map(find_spec, sys.argv[1:])))' $2
}

build() { # the virtual environment beside the old one, which stays if this fails
  new=$root$home.new
  sources=$(mktemp -d)
  trap 'rm -rf "$sources" "$new"' EXIT
  rm -rf "$new"
  echo "== Python packages into $root$home (minutes on a Raspberry Pi)"
  cp -r firmware setup.cfg pyproject.toml README.md LICENSE "$sources"
  if knows "$python" "lgpio picamera2"; then
    "$python" -m venv --system-site-packages "$new"
    # what apt's picamera2 is compiled against
    "$python" -c 'import numpy; print("numpy==" + numpy.__version__)' >"$sources/held" 2>/dev/null || true
  else
    "$python" -m venv "$new"
  fi
  touch "$sources/held"
  "$new/bin/python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --constraint "$sources/held" "$sources"
  knows "$new/bin/python" lgpio || {
    echo "no lgpio for $("$new/bin/python" --version): install Raspberry Pi OS, which has python3-lgpio, or Debian 12" >&2
    exit 1
  }
  grep -rlIZ "^#!$new" "$new/bin" | xargs -0 -r sed -i "1s|$new|$home|"
  sed -i "s|$new|$home|g" "$new/pyvenv.cfg" "$new"/bin/activate*
}

swap() {
  running && systemctl stop samebag-web.service samebag.service samebag-inbox.service samebag-inbox.path \
    samebag-intake.service samebag-purge.timer samebag-purge.service samebag-verify.timer samebag-verify.service \
    samebag-kiosk.service 2>/dev/null || true
  rm -rf "$root$home"
  mv "$root$home.new" "$root$home"
}

put_files() {
  places | while read -r path place; do
    mode=644
    [ ! -x "$path" ] || mode=755
    install -D -m "$mode" "$path" "$place"
  done
  for path in README.md docs/*.md; do
    install -D -m 644 "$path" "$root/usr/share/doc/samebag/$path"
  done
  [ -e "$root/etc/samebag/settings.toml" ] || install -D -m 644 systemd/settings.toml "$root/etc/samebag/settings.toml"
  mkdir -p "$root/usr/local/bin"
  ln -sf "$home/bin/samebag" "$root/usr/local/bin/samebag"
}

take_files() {
  places | while read -r _ place; do
    rm -f "$place"
    rmdir "$(dirname "$place")" 2>/dev/null || true # a drop-in's folder, if it held ours only
  done
  rm -f "$root$voice_link" "$root$kiosk_link"
  rm -rf "$root$home" "$root/usr/share/samebag" "$root/usr/share/doc/samebag" "$root/usr/local/bin/samebag"
}

take_effect() {
  journalctl --update-catalog
  running || return 0
  systemctl daemon-reload
  udev_takes_effect
  systemctl restart systemd-journald.service
}

udev_takes_effect() {
  udevadm control --reload
  udevadm trigger --subsystem-match=input --subsystem-match=tty --subsystem-match=usbmisc \
    --subsystem-match=video4linux --subsystem-match=gpio --subsystem-match=dma_heap
  udevadm settle --timeout=30
}

do_install() {
  live && install_packages
  build
  swap
  put_files
  live || return 0
  systemd-sysusers samebag.conf
  systemd-tmpfiles --create samebag.conf
  ! running || systemctl restart systemd-modules-load.service
  take_effect
  systemctl enable --quiet $units
  ! running || systemctl start samebag-inbox.path samebag-purge.timer samebag-verify.timer samebag.service \
    samebag-web.service
  for unit in samebag-intake.service samebag-kiosk.service; do # what only some stations have
    ! running || ! systemctl --quiet is-enabled $unit 2>/dev/null || systemctl start $unit
  done
  echo "== Installed. Settings: /etc/samebag/settings.toml. Next: samebag doctor"
}

do_uninstall() {
  if running; then
    systemctl stop $units samebag-inbox.service samebag-intake.service samebag-purge.service samebag-verify.service \
      samebag-kiosk.service 2>/dev/null || true
  fi
  ! live || systemctl disable --quiet $units samebag-intake.service samebag-kiosk.service 2>/dev/null || true
  take_files
  ! live || take_effect
  if [ "${PURGE:-}" = 1 ]; then
    rm -rf "$root/etc/samebag" "$root/var/lib/samebag" "$root/var/lib/samebag-note"
    ! live || userdel samebag-web 2>/dev/null || true
    ! live || userdel samebag-kiosk 2>/dev/null || true
    ! live || userdel samebag-intake 2>/dev/null || true
    ! live || userdel samebag 2>/dev/null || true
  else
    echo "== Kept: /etc/samebag, /var/lib/samebag and /var/lib/samebag-note (PURGE=1 takes them too)"
  fi
}

install_voice() {
  [ -e "$home/bin/samebag" ] || { echo "no station here yet: sudo make install" >&2; exit 1; }
  sh .ci/apt espeak-ng alsa-utils
  "$home/bin/samebag" voice
  mkdir -p "${voice_link%/*}"
  ln -sf /usr/share/samebag/samebag-voice.conf $voice_link
  ! running || systemctl daemon-reload
  ! running || systemctl try-restart samebag.service
  echo "== The station may use the sound card. Next: [voice] language in /etc/samebag/settings.toml"
}

install_kiosk() {
  [ -e /opt/samebag/bin/samebag ] || { echo "no station here yet: sudo make install" >&2; exit 1; }
  echo "== Debian packages: $kiosk_packages"
  sh .ci/apt $kiosk_packages
  ln -sf /usr/share/samebag/kiosk.rules $kiosk_link
  ! running || udev_takes_effect
  systemctl enable --quiet seatd.service samebag-kiosk.service
  ! running || systemctl restart seatd.service samebag-kiosk.service
  echo "== The display shows the packer's page from boot on. Next: samebag doctor, line screen"
}

uninstall_kiosk() {
  systemctl disable --quiet samebag-kiosk.service
  rm -f $kiosk_link
  ! running || systemctl stop samebag-kiosk.service
  ! running || udev_takes_effect
  echo "== The display is the console's again; apt purge $kiosk_packages frees the card"
}

live && [ "$(id -u)" -ne 0 ] && { echo "as root: sudo make $1" >&2; exit 1; }
case ${1:-} in
  install) do_install ;;
  uninstall) do_uninstall ;;
  install-voice) install_voice ;;
  install-kiosk) install_kiosk ;;
  uninstall-kiosk) uninstall_kiosk ;;
  *) echo "usage: install.sh install|uninstall|install-voice|install-kiosk|uninstall-kiosk" >&2; exit 2 ;;
esac
