#!/bin/sh
# Installs the model servers of others that tests/it/mock_servers flies against: sh tests/servers.sh DIR
# Prints the variables to set, one a line; what cannot be installed is said on stderr and left out.
set -u
dir=${1:?"usage: sh tests/servers.sh DIR"}
mkdir -p "$dir" && dir=$(cd "$dir" && pwd) || exit 1

aimock=$dir/node_modules/.bin/llmock
if [ ! -x "$aimock" ]; then
    if command -v npm >/dev/null; then
        npm install --silent --no-audit --no-fund --prefix "$dir" @copilotkit/aimock@1.43.0 >&2
    else
        echo "aimock is left out: there is no npm" >&2
    fi
fi

everything=$dir/node_modules/.bin/mcp-server-everything
if [ ! -x "$everything" ] && command -v npm >/dev/null; then
    npm install --silent --no-audit --no-fund --prefix "$dir" @modelcontextprotocol/server-everything@2026.8.31 >&2
fi

llmock=$dir/venv/bin/llmock
if [ ! -x "$llmock" ]; then
    if python3 -m venv "$dir/venv" >&2; then
        "$dir/venv/bin/pip" install --quiet --disable-pip-version-check llmock==0.2.2 >&2
    else
        echo "llmock is left out: there is no python3 with venv" >&2
    fi
fi

[ -x "$aimock" ] && echo "FLIGHTDECK_AIMOCK=$aimock"
[ -x "$everything" ] && echo "FLIGHTDECK_EVERYTHING=$everything"
[ -x "$llmock" ] && echo "FLIGHTDECK_LLMOCK=$llmock"
exit 0
