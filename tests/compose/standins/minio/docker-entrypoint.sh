#!/bin/sh
# `server /data` and `minio server /data` are the same.
[ "$1" = minio ] || set -- minio "$@"
exec "$@"
