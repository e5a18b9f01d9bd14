#!/bin/sh
# Debian's OpenSMTPD, unpacked and not installed, on loopback. It wants root, users of its own and
# fixed folders; all of that exists only in a mount namespace that ends with it.
#   unshare -m --propagation private mta.sh UNPACKED FOLDER PORT
# Mail to ana@example.com ends up in FOLDER/mail. Without TLS: Debian's build cannot use its private
# keys with OpenSSL 3, every handshake ends in an internal error.
set -eu
unpacked=$1 folder=$2 port=$3

mkdir -p "$folder/etc" "$folder/spool/smtpd" "$folder/run" "$folder/lib/opensmtpd/empty" "$folder/mail"
chmod 755 "$folder" "$folder/etc" "$folder/spool" "$folder/run" "$folder/lib"
chmod 711 "$folder/spool/smtpd"
cp /etc/passwd /etc/group "$folder/etc"
id=64901
for user in opensmtpd opensmtpq vmail; do
  echo "$user:x:$id:$id::/:/usr/sbin/nologin" >>"$folder/etc/passwd"
  echo "$user:x:$id:" >>"$folder/etc/group"
  id=$((id + 1))
done
chown 64903 "$folder/mail"

cat >"$folder/smtpd.conf" <<CONF
table people { "ana@example.com" = vmail }
listen on 127.0.0.1 port $port hostname localhost
action keep mda "cat > $folder/mail/%{rcpt.user}.part && mv $folder/mail/%{rcpt.user}.part $folder/mail/%{rcpt.user}" virtual <people>
match from any for rcpt-to "ana@example.com" action keep
CONF

mount --bind "$folder/etc/passwd" /etc/passwd
mount --bind "$folder/etc/group" /etc/group
mount --bind "$folder/spool" /var/spool
mount --bind "$folder/run" /run
mount --bind "$folder/lib" /var/lib
mount --bind "$unpacked/usr/libexec" /usr/libexec
exec "$unpacked/usr/sbin/smtpd" -d -f "$folder/smtpd.conf"
