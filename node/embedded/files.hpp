#pragma once
/// Small files that must be whole or absent.
#include "node/embedded/attempt.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace recado::embedded {

/// Nothing if the file cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& path);

/// Writes under a temporary name in the same folder and renames, so that a reader sees the old or
/// the new file. A file that has this content and mode already is left alone: a full disk does not
/// hinder a restart.
attempt<void> write_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// Creates the folder and its parents; the folder itself gets this mode.
attempt<void> make_folder(const std::filesystem::path& path, mode_t mode);

/// "see FILE", and the end of it: what a child that failed had to say. Of a node's log the last
/// error.
std::string see_log(const std::filesystem::path& file);

/// Keeps `file`, `file.1` and `file.2`, moving each one further when `file` is over `bytes_max`.
void rotate_log(const std::filesystem::path& file, std::uintmax_t bytes_max = 8 << 20);

} // namespace recado::embedded
