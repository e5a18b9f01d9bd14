#pragma once
/// SHA-1 and SHA-256 of short texts, as often as several times a message. OpenSSL's own one-shot
/// functions look the algorithm up at each call, which takes as long as to digest 400 bytes; here
/// it is looked up once. Any thread may call; throw if OpenSSL has no such digest.
#include <string>
#include <string_view>

namespace recado {

/// 20 bytes; for UUIDs of version 5 (RFC 9562), never for what must withstand an attack.
std::string sha1(std::string_view bytes);
/// 32 bytes.
std::string sha256(std::string_view bytes);

} // namespace recado
