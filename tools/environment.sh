# Sourced by ./quickstart and ./runtests, which stand in the checkout's top folder: what both need.
# shellcheck shell=sh

fail() {
    echo "$*" >&2
    exit 1
}

# as_root COMMAND...: run a command as root, with sudo if need be.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "please run this as root, then try again: $*"
    fi
}

# install_packages PACKAGE...: of Debian or Ubuntu; elsewhere say what is missing.
install_packages() {
    if ! command -v apt-get >/dev/null; then
        fail "please install what Debian calls: $* (on macOS with brew), then try again"
    fi
    echo "Installing $* ..." >&2
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# find_python: print the first Python that is new enough.
find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$name"
            return
        fi
    done
    fail "Python 3.11 or newer is needed (on macOS: brew install python)"
}

# prepare_environment EXTRA: create .venv and install this checkout with an extra ("" for none), unless that was
# done before and pyproject.toml is older.
prepare_environment() {
    stamp=".venv/.installed-${1:-base}"
    if [ -e "$stamp" ] && [ ! pyproject.toml -nt "$stamp" ]; then
        return
    fi
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    fi
    echo "Setting up .venv ..." >&2
    "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".${1:+[$1]}" >&2
    touch "$stamp"
}
