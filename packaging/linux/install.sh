#!/usr/bin/env bash
# Install the one-folder build for the present user: program, menu entry, file type. No root.
#
#   packaging/linux/install.sh dist/segstyle            to ~/.local/opt/segstyle, with ~/.local/bin/segstyle
#   packaging/linux/install.sh --remove
#
# The packages that a bare machine needs beforehand are in packaging/debian-packages.txt.
set -euo pipefail
home="${SEGSTYLE_PREFIX:-$HOME/.local}"
target="$home/opt/segstyle"

if [ "${1:-}" = "--remove" ]; then
  [ -x "$target/segstyle" ] && "$target/segstyle" install-desktop --remove
  rm -rf "$target" "$home/bin/segstyle"
  exit 0
fi

source_folder="${1:?name the built folder, dist/segstyle}"
[ -x "$source_folder/segstyle" ] || { echo "There is no program in $source_folder." >&2; exit 1; }
mkdir -p "$home/opt" "$home/bin"
rm -rf "$target.new"
cp -a "$source_folder" "$target.new"
rm -rf "$target"
mv "$target.new" "$target"
ln -sfn "$target/segstyle" "$home/bin/segstyle"
"$target/segstyle" install-desktop
