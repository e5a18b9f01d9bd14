#!/bin/sh
# Debian's Exim, unpacked and not installed, on loopback, as a user of its own that exists only in a
# mount namespace which ends with it.
#   unshare -m[Ur] --propagation private exim.sh UNPACKED FOLDER CERTIFICATE KEY MX SUBMISSION LOGIN IMPLICIT
# Four ports: MX takes mail for example.com from anybody; the others want a login, two of them after
# STARTTLS (PLAIN; LOGIN alone), the last one under TLS from the first byte. Mail to
# ana@example.com ends up in the maildir FOLDER/mail/ana.
set -eu
unpacked=$1 folder=$2 certificate=$3 key=$4 mx=$5 submission=$6 login=$7 implicit=$8
user=Debian-exim id=64901 # the program insists on the name

mkdir -p "$folder/spool" "$folder/mail"
chmod 755 "$folder"
cp "$certificate" "$folder/certificate.pem"
cp "$key" "$folder/key.pem"
cp /etc/passwd /etc/group "$folder"
echo "$user:x:$id:$id::/:/usr/sbin/nologin" >>"$folder/passwd"
echo "$user:x:$id:" >>"$folder/group"

cat >"$folder/exim.conf" <<CONF
exim_path = $unpacked/usr/sbin/exim4
spool_directory = $folder/spool
log_file_path = $folder/log-%s
keep_environment =
deliver_drop_privilege
primary_hostname = localhost
domainlist here = example.com
local_interfaces = 127.0.0.1
tls_on_connect_ports = $implicit
tls_advertise_hosts = \${if eq{\$received_port}{$mx}{}{*}}
tls_certificate = $folder/certificate.pem
tls_privatekey = $folder/key.pem
acl_smtp_mail = sender
acl_smtp_rcpt = recipient

begin acl
sender:
  accept authenticated = *
  accept condition = \${if eq{\$received_port}{$mx}}
  deny message = 530 5.7.0 Authentication required
recipient:
  require domains = +here
  require verify = recipient
  accept

begin routers
people:
  driver = accept
  domains = +here
  local_parts = ana
  transport = maildir

begin transports
maildir:
  driver = appendfile
  maildir_format
  return_path_add
  directory = $folder/mail/\$local_part_data

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{\$auth2}{bar}}{eq{\$auth3}{s3cret ção}}}}
  server_set_id = \$auth2
  server_advertise_condition = \${if and{{def:tls_in_cipher}{!eq{\$received_port}{$login}}}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if and{{eq{\$auth1}{bar}}{eq{\$auth2}{s3cret ção}}}}
  server_set_id = \$auth1
  server_advertise_condition = \${if and{{def:tls_in_cipher}{eq{\$received_port}{$login}}}}
CONF

mount --bind "$folder/passwd" /etc/passwd
mount --bind "$folder/group" /etc/group
set -- setpriv --pdeathsig TERM "$unpacked/usr/sbin/exim4" -C "$folder/exim.conf" -bdf \
  -oX "$mx : $submission : $login : $implicit" # named here, it writes no file with its pid
if unshare --user --map-user=$id --map-group=$id true 2>/dev/null; then
  exec unshare --user --map-user=$id --map-group=$id "$@"
fi
chown -R $id:$id "$folder" # root where namespaces of users are forbidden
exec setpriv --reuid $id --regid $id --clear-groups "$@"
