#pragma once
/// What a mail server's reply means (RFC 5321, 3463; ecosystem's usage).
#include "channels/channel.hpp"

namespace recado::channels::email {

verdict verdict_of(const http::mail_reply& reply);

} // namespace recado::channels::email
