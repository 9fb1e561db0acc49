#!/usr/bin/env bash
# Trials that GNU parallel has split over processes, merged, are those of one process with two threads, byte by byte.
#     parallel_test.sh MOSHIMO SCENARIO
set -euo pipefail
moshimo=$1
scenario=$2
parallel --version 2>/dev/null | grep -q GNU || { echo "GNU parallel is not installed"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$moshimo" run "$scenario" --trials 64 --threads 2 -o "$folder/whole.txt"
parallel --will-cite --jobs 2 "$moshimo" run "$scenario" --trials 64 --shard {}/5 --threads 1 -o "$folder/shard-{}.json" \
  ::: 1 2 3 4 5
"$moshimo" merge "$folder"/shard-*.json -o "$folder/merged.txt"
cmp "$folder/whole.txt" "$folder/merged.txt"
