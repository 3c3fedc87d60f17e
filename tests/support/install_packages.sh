#!/bin/sh
# Installs what the tests need besides Python: a Chromium and PostgreSQL, as root on Debian or Ubuntu.
# Where that cannot be done, one line says what is missing; the tests that need it are skipped by name.
set -u

has() { for each; do command -v "$each" >/dev/null && return; done; return 1; }
has_browser() { has chromium-headless-shell chromium chromium-browser google-chrome; }
has_postgresql() { has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
can_install() { [ "$(id -u)" = 0 ] && has apt-get; }
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }

if can_install && ! { has chromium-headless-shell && has_postgresql; }; then
    echo "Installing a browser and PostgreSQL for the tests …"
    apt-get update -qq 2>/dev/null
    # The build without windows costs a third of the time; not every Debian or Ubuntu has it.
    has chromium-headless-shell || install chromium-headless-shell fonts-noto-core || has_browser || install chromium fonts-noto-core
    has_postgresql || install postgresql
fi

missing=
has_browser || missing="$missing chromium"
has_postgresql || missing="$missing postgresql"
[ -z "$missing" ] || echo "Missing:$missing. The tests that need them are skipped by name; as root on Debian or Ubuntu, make installs them."
