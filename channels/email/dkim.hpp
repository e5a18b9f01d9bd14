#pragma once
/// Signatures of mails: DKIM (RFC 6376) with relaxed/relaxed canonicalization; RSA with SHA-256, or
/// Ed25519 (RFC 8463), as the key says.
#include <string>
#include <string_view>

#include "schemas/problem.hpp"
#include "schemas/time.hpp"

namespace recado::channels::email {

struct dkim_identity {
  std::string domain;
  std::string selector;
  std::string private_key; ///< PEM
};

/// The DKIM-Signature field of a whole mail, with its CRLF; it goes in front of the mail.
result<std::string> dkim_signature(std::string_view mail, const dkim_identity& who, wall_time at);

/// A sentence when this is no key to sign with.
std::string dkim_key_complaint(std::string_view pem);

// Its parts.
/// "Subject:  a\r\n b \r\n" becomes "subject:a b\r\n".
std::string relaxed_field(std::string_view field);
std::string relaxed_body(std::string_view body);

} // namespace recado::channels::email
