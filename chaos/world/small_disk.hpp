#pragma once
/// A file system of its own that can be filled to the last block. Only root may have one.
#include <filesystem>

namespace recado::chaos {

class small_disk {
public:
  small_disk() = default;
  ~small_disk(); ///< unmounts it
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// Whether this user may have one here.
  static bool possible();

  /// Throws std::runtime_error when it is forbidden here.
  void mount(const std::filesystem::path& where);
  /// PostgreSQL does not mind a file that it does not know.
  void fill() const;
  void free() const;

private:
  std::filesystem::path where_;
  bool mounted_ = false;
};

} // namespace recado::chaos
