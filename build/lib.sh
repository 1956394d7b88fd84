# Shared by ./run, ./test and ./bench: what a machine needs, and how the product is built. Sourced, not run.

# Everything compiled is kept outside the checkout, so that a fresh clone reuses the crates of an earlier one.
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/docket"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
export PATH="$CACHE/tools/bin:$HOME/.cargo/bin:$PATH"
export SITE="$PWD/target/site"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"

say() { printf '\n── %s\n' "$*"; }
fail() { printf '\nDocket: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Debian packages, where apt-get and the right to use it are there; a clear sentence elsewhere.
packages() {
  local what="$1"; shift
  if have apt-get && [ "$(id -u)" = 0 ]; then
    say "Installing $what ($*)"
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null || fail "apt-get could not install $*."
  elif have apt-get && have sudo && sudo -n true 2>/dev/null; then
    say "Installing $what ($*)"
    sudo apt-get update -qq >/dev/null && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null || fail "apt-get could not install $*."
  else
    fail "$what is missing. Install it (on Debian: apt-get install $*), then start again."
  fi
}

need_rust() {
  have cargo || fail "Rust is missing. Install it from https://rustup.rs, then start again."
  if have rustup; then
    rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || { say "Adding the wasm target"; rustup target add wasm32-unknown-unknown || fail "rustup could not add wasm32-unknown-unknown."; }
    if [ "${1:-}" = lint ]; then
      { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1 || rustup component add rustfmt clippy || fail "rustup could not add rustfmt and clippy."
    fi
  fi
  have cc || packages "A C compiler" build-essential
}

need_node() {
  have npm || packages "Node.js" nodejs npm
  [ build/package-lock.json -ot build/node_modules/.package-lock.json ] || { say "Installing the CSS bundler and wasm-opt"; npm ci --prefix build --no-audit --no-fund --silent || fail "npm could not install build/package.json."; }
}

# Exactly the wasm-bindgen of Cargo.lock: its output must match the crate.
need_wasm_bindgen() {
  local version; version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
  if [ "$(wasm-bindgen --version 2>/dev/null | cut -d' ' -f2)" != "$version" ]; then
    say "Installing wasm-bindgen $version (about 3 minutes, once)"
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$CACHE/tools-target" \
      cargo install --quiet --root "$CACHE/tools" wasm-bindgen-cli --version "$version" --force || fail "cargo could not install wasm-bindgen-cli $version."
  fi
}

need_chromium() { [ -n "${CHROMIUM:=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}" ] || { packages Chromium chromium; CHROMIUM=$(command -v chromium); }; export CHROMIUM; }

need_end2end() {
  [ end2end/package-lock.json -ot end2end/node_modules/.package-lock.json ] || PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix end2end --no-audit --no-fund --silent || fail "npm could not install end2end/package.json."
}

need_postgres() {
  PG_BIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -x "${PG_BIN:-}/initdb" ] || { have initdb && PG_BIN=$(dirname "$(command -v initdb)"); }
  [ -x "${PG_BIN:-}/initdb" ] || { packages PostgreSQL postgresql; PG_BIN=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1); }
}

# A throwaway cluster on a socket and a free loopback port, as an ordinary user. Sets TEST_POSTGRES_URL; stop_postgres removes it.
start_postgres() {
  need_postgres
  PG_DIR=$(mktemp -d); PG_PORT=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
  PG_AS=(); if [ "$(id -u)" = 0 ]; then id postgres >/dev/null 2>&1 || useradd --system postgres; chown postgres "$PG_DIR"; PG_AS=(runuser -u postgres --); fi
  (cd "$PG_DIR" && "${PG_AS[@]}" "$PG_BIN/initdb" -D "$PG_DIR/data" -U docket --auth=trust -E UTF8 --locale=C >/dev/null) || fail "initdb did not succeed."
  (cd "$PG_DIR" && "${PG_AS[@]}" "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -w -l "$PG_DIR/log" -o "-p $PG_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=$PG_DIR -c max_connections=400" start >/dev/null) || { cat "$PG_DIR/log"; fail "PostgreSQL did not start."; }
  export TEST_POSTGRES_URL="postgres://docket@127.0.0.1:$PG_PORT/postgres"
}
stop_postgres() { [ -n "${PG_DIR:-}" ] && { (cd / && "${PG_AS[@]}" "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -m immediate stop >/dev/null 2>&1); rm -rf "$PG_DIR"; PG_DIR=; }; return 0; }

# The server (development profile), the browser's part (small), the styles and the assets: $SITE.
build_site() {
  say "Building the server"
  cargo build --locked -p server --bin docket -p split --bin split || fail "the server does not build."
  say "Building the browser's part"
  cargo build --locked -p frontend --target wasm32-unknown-unknown --profile wasm-release || fail "the browser's part does not build."
  local wasm="$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/frontend.wasm" parts="$SITE/.parts" stamp
  stamp=$(cat "$wasm" build/lib.sh build/split/src/*.rs | sha256sum)
  if [ "$(cat "$parts/.stamp" 2>/dev/null)" != "$stamp" ]; then
    say "Cutting it by groups of pages and making the parts small"
    rm -rf "$parts"; mkdir -p "$parts"
    "$CARGO_TARGET_DIR/debug/split" "$wasm" "${wasm%.wasm}_main.wasm" "$parts" || fail "the browser's part could not be cut."
    wasm-bindgen "${wasm%.wasm}_main.wasm" --target web --keep-lld-exports --no-demangle --no-typescript --out-dir "$parts" --out-name docket || fail "wasm-bindgen did not succeed."
    "$CARGO_TARGET_DIR/debug/split" slim "$parts" || fail "the main module could not be made smaller."
    build/node_modules/.bin/esbuild "$parts/docket.js" --minify --format=esm --target=es2022 --log-level=error --allow-overwrite --outfile="$parts/docket.js" || fail "the script could not be made smaller."
    # What every browser of the last years understands, and no more: a newer proposal would keep the page from coming to life.
    find "$parts" -name '*.wasm' -print0 | xargs -0 -P "$(nproc 2>/dev/null || echo 2)" -I {} build/node_modules/.bin/wasm-opt -Oz --converge --strip-debug --strip-producers --enable-bulk-memory \
      --enable-mutable-globals --enable-multivalue --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext {} -o {} \
      2> >(grep -v "unknown name subsection" >&2) || fail "wasm-opt did not succeed."
    echo "$stamp" >"$parts/.stamp"
  fi
  build/node_modules/.bin/lightningcss --bundle --minify style/main.css -o "$parts/docket.css" || fail "the styles do not bundle."
  rm -rf "$SITE/fonts" "$SITE"/icons.*
  cp -R frontend/public/. "$SITE/"
  "$CARGO_TARGET_DIR/debug/split" pack "$parts" "$SITE" || fail "the site could not be packed."
}
