#pragma once
/// The private nats-server: JetStream in DATA/nats, on the loopback.
#include "node/embedded/data_folder.hpp"
#include "node/embedded/family.hpp"

namespace recado::embedded {

inline constexpr const char* nats_name = "nats";

/// The text of its configuration.
std::string nats_settings(const data_folder& data, std::uint16_t port);

/// A member that writes its configuration and folders anew whenever it starts, so that it survives
/// the loss of its data.
member nats_member(const data_folder& data, std::filesystem::path program, std::uint16_t port);

} // namespace recado::embedded
