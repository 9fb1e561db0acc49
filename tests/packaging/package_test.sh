#!/usr/bin/env bash
# Builds the Debian package, unpacks it into a scratch root, and runs what is inside.
set -euo pipefail
build=$1 version=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() { echo "packaging: $*" >&2; exit 1; }

(cd "$scratch" && cpack --config "$build/CPackConfig.cmake" -B "$scratch/packages" >"$scratch/log" 2>&1) ||
  { cat "$scratch/log" >&2; fail "cpack failed"; }
package=$(ls "$scratch"/packages/*.deb)
[[ $(dpkg-deb --field "$package" Package) == moshimo ]] || fail "the package is not called moshimo"
[[ $(dpkg-deb --field "$package" Version) == "$version" ]] || fail "the package's version is not $version"
depends=$(dpkg-deb --field "$package" Depends)
for library in libc6 libstdc++6; do
  [[ $depends == *"$library"* ]] || fail "the package does not depend on $library: $depends"
done

dpkg -x "$package" "$scratch/root"
[[ -s $scratch/root/usr/share/doc/moshimo/LICENSE ]] || fail "the license is not installed"
for schema in scenario output/run output/parts; do
  [[ -s $scratch/root/usr/share/moshimo/schemas/$schema.schema.json ]] || fail "the schema $schema is not installed"
done
printed=$("$scratch/root/usr/bin/moshimo" --version)
[[ $printed == *"$version"* ]] || fail "moshimo --version prints '$printed', not $version"
scenarios=$("$scratch/root/usr/bin/moshimo" list scenarios)
[[ $scenarios == *state-key-mixup/as-it-happened* ]] || fail "the installed program does not find its scenarios"
echo "packaging: $(basename "$package") holds a moshimo that says '$printed'"
