#!/usr/bin/env bash
# Put SegStyle.app on a disk image with a link to Applications.
# WRITTEN, NOT YET RUN: no Mac has built or started this.
#
#   python packaging/build.py && packaging/macos/create_dmg.sh        -> dist/SegStyle-0.1.0.dmg
#
# Without SIGN_AS the application is signed ad hoc: the first start then wants a right click and "Open".
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml | head -n 1)
app=dist/SegStyle.app
image="dist/SegStyle-$version.dmg"
[ -d "$app" ] || { echo "There is no $app: run python packaging/build.py first." >&2; exit 1; }

if [ -n "${SIGN_AS:-}" ]; then
  codesign --force --deep --options runtime --entitlements packaging/macos/entitlements.plist \
    --timestamp --sign "$SIGN_AS" "$app"
else
  codesign --force --deep --sign - "$app"
fi
codesign --verify --deep --strict "$app"

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
rm -f "$image"
hdiutil create -volname SegStyle -srcfolder "$stage" -format UDZO "$image"

if [ -n "${NOTARY_PROFILE:-}" ]; then
  xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
  xcrun stapler staple "$image"
fi
echo "$image"
