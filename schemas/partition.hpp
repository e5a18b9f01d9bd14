#pragma once
/// Partitions and lanes: the unit of ownership and the priority class of a command.
#include "schemas/uuid.hpp"

#include <cstdint>
#include <string_view>

namespace recado {

using partition_id = std::uint16_t;
using epoch = std::int64_t;

/// P, unless the database says otherwise: it is pinned there at the first migration.
inline constexpr partition_id default_partitions = 64;

/// hash(client, conversation) mod P. The function is pinned in the database under this name;
/// changing it would move conversations away from their rows.
inline constexpr std::string_view partition_hash_name = "fnv1a64-fmix64";
partition_id partition_of(const client_id& client, const conversation_id& conversation,
                          partition_id partitions) noexcept;

enum class lane : std::uint8_t { express = 0, standard = 1, bulk = 2 };
inline constexpr std::size_t lanes = 3;
std::string_view to_string(lane value) noexcept;

} // namespace recado
