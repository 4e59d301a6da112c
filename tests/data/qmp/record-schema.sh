#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Record what a real QEMU says to query-version and query-qmp-schema, for
# mock-qmp to check commands against: one JSON line each, gzip'd.
#
# Usage: record-schema.sh QEMU-BINARY OUTPUT.json.gz

set -eu

qemu=${1:?usage: $0 QEMU-BINARY OUTPUT.json.gz}
out=${2:?usage: $0 QEMU-BINARY OUTPUT.json.gz}

{
    echo '{"execute": "qmp_capabilities"}'
    echo '{"execute": "query-qmp-schema", "id": "schema"}'
    echo '{"execute": "quit"}'
} | "$qemu" -machine none -accel tcg -display none -nodefaults -qmp stdio |
    tr -d '\r' |
    sed -n '1p; /"id": "schema"/p' |
    gzip -9 -n >"$out"
