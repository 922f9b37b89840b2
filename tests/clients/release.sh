# A release, as far as it needs no secret: the wheel in a clean virtual environment, the crate, the archive, and
# the action that fetches it over HTTPS from a server of ours.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

release=$ROOT/.ci/release
VERSION=$(sed -n 's/^version = "\([0-9.]*\)"$/\1/p' "$ROOT/Cargo.toml" | head -1)
target=$(cd "$ROOT" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
case $(uname -m) in
    aarch64) arch=ARM64 triple=aarch64-unknown-linux-musl ;;
    *) arch=X64 triple=x86_64-unknown-linux-musl ;;
esac

# -- the tag ---------------------------------------------------------------------------------------------

mkdir -p dated/.ci
cp "$release" dated/.ci/
cp "$ROOT/Cargo.toml" dated/
sed "s/^## \[$VERSION\] - .*/## [$VERSION] - 2026-12-01/" "$ROOT/CHANGELOG.md" >dated/CHANGELOG.md
passes "release: a tag of this version" dated/.ci/release tag "v$VERSION"
blocks "release: a tag of another" "Cargo.toml says $VERSION" dated/.ci/release tag v9.9.9
sed -i "s/^## \[$VERSION\] - .*/## [$VERSION] - unreleased/" dated/CHANGELOG.md
blocks "release: a version without a date" "no section for $VERSION with a date" dated/.ci/release tag "v$VERSION"
passes "release: what changed" "$release" notes
says "release: what changed" "### Added"
[ "$(grep -c '^## ' said)" -eq 0 ] || fail "release: the notes hold another version"

# -- the wheel -------------------------------------------------------------------------------------------

# Of the debug build, which is there already; it takes the place of nothing.
passes "release: the wheel" "$release" wheel wheels --profile dev --target-dir "$target"
wheel=$(find wheels -name '*.whl')
same "release: one wheel" "$(wc -l <<<"$wheel")" 1
python3 -m venv clean
passes "release: pip installs it" clean/bin/pip install --quiet --disable-pip-version-check --no-index "$wheel"
same "release: its version" "$(clean/bin/roadworthy --version)" "roadworthy $VERSION"
passes "release: its demonstration" clean/bin/roadworthy demo
# A program, its metadata, and nothing that Python would run.
clean/bin/pip show --files roadworthy >files
for file in bin/roadworthy licenses/LICENSE-MIT licenses/LICENSE-APACHE METADATA; do
    grep -q "$file\$" files || { cat files >&2; fail "release: the wheel has no $file"; }
done
! grep -E '\.(py|pth|so)$' files || fail "release: the wheel has more than the program"
grep -qxF "License-Expression: MIT OR Apache-2.0" clean/lib/python*/site-packages/roadworthy-*.dist-info/METADATA || fail "release: the wheel has no licence"
ok "release: what the wheel holds"

# -- the crate -------------------------------------------------------------------------------------------

# What is committed of these is in the crate, and nothing else but what cargo writes.
cd "$ROOT"
git ls-files -- src policies docs examples build.rs Cargo.toml Cargo.lock README.md CHANGELOG.md CONTRIBUTING.md \
    SECURITY.md 'LICENSE-*' | grep -v '^examples/[^/]*\.rs$' | LC_ALL=C sort >"$work/expected"
cargo package --locked --allow-dirty --list 2>"$work/said" |
    grep -vx '\.cargo_vcs_info\.json\|Cargo\.toml\.orig' | LC_ALL=C sort >"$work/packed"
diff "$work/expected" "$work/packed" >&2 || fail "release: the crate holds more or less than it should"
ok "release: what the crate holds"
passes "release: the crate is packed" cargo package --locked --allow-dirty --no-verify --target-dir "$target"
size=$(wc -c <"$target/package/roadworthy-$VERSION.crate")
[ "$size" -le 5000000 ] || fail "release: the crate has $size bytes; crates.io takes 10 MiB"
tar -C "$target/package" -xzf "$target/package/roadworthy-$VERSION.crate"
# Always in the same place, so that cargo need not keep a build of each run.
passes "release: the crate is built from what was packed" cargo build --locked --quiet --bins \
    --manifest-path "$target/package/roadworthy-$VERSION/Cargo.toml" --target-dir "$target"
same "release: the version of that" "$("$target/debug/roadworthy" --version)" "roadworthy $VERSION"
cd "$work"

# -- the archive, and the action -------------------------------------------------------------------------

mkdir server
passes "release: the archive" "$release" archive "$triple" "$(command -v roadworthy)" server
archive=roadworthy-$VERSION-$triple.tar.gz
same "release: what the archive holds" "$(tar -tzf "server/$archive" | grep -v '/$' | LC_ALL=C sort | sed 's|.*/||' | tr '\n' ' ')" \
    "CHANGELOG.md LICENSE-APACHE LICENSE-MIT README.md roadworthy "

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>/dev/null
cat >serve.py <<'END'
import functools, http.server, ssl, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory="server")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
with open("port.part", "w") as file:
    file.write(str(server.server_address[1]))
import os
os.rename("port.part", "port")
server.serve_forever()
END
python3 serve.py >served 2>&1 &
started+=($!)
for _ in $(seq 100); do [ -e port ] || sleep 0.1; done
[ -e port ] || fail "release: the server does not start: $(cat served)"
address=https://localhost:$(cat port)

mkdir action temp
cp -r "$ROOT/action" "$ROOT/Cargo.toml" action/
list=action/action/releases.txt
# install NAME=VALUE …: runs install.sh where there is no cargo; its outputs are in `out`.
install() {
    : >out
    env RUNNER_OS=Linux RUNNER_ARCH="$arch" RUNNER_TEMP="$work/temp" GITHUB_OUTPUT="$work/out" CURL_CA_BUNDLE="$work/cert.pem" \
        ROADWORTHY_VERSION= ROADWORTHY_CACHE=true PATH=/usr/bin:/bin "$@" bash action/action/install.sh
}
blocks "release: not listed, and no cargo" "no cargo to build it with" install
"$release" table server "$address" >>"$list"
passes "release: the action installs what is listed" install
program=$(awk '/^program<</ { getline; print; exit }' out)
same "release: the installed program" "$("$program" --version)" "roadworthy $VERSION"
blocks "release: an unknown version" "release 9.9.9 for $triple is not known" install ROADWORTHY_VERSION=9.9.9
printf 'more' >>"server/$archive"
blocks "release: another archive than the listed one" "it is not installed" install
mv "server/$archive" server/elsewhere
blocks "release: an archive that is gone" "could not be downloaded" install
mv server/elsewhere "server/$archive"
blocks "release: a server that is not who it says" "could not be downloaded" install CURL_CA_BUNDLE=/dev/null
sed -i 's|https://localhost|http://localhost|' "$list"
blocks "release: an address without TLS" "could not be downloaded" install
blocks "release: a table without TLS" "must begin with https" "$release" table server http://localhost/
[ ! -s out ] || fail "release: an output was written although nothing was installed"
