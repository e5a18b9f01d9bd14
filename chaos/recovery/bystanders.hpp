#pragma once
/// What a fault did to those whom it should not have touched: the answers to messages of
/// conversations that other nodes own, sent through other nodes, before it and during it.
#include "chaos/log/records.hpp"

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace recado::chaos {

struct bystander_row {
  std::string fault{};
  std::size_t faults = 0; ///< that say what their node owned
  std::size_t tries_before = 0;
  std::size_t tries_during = 0;
  micros p95_before = 0; ///< of an answer with a number
  micros p95_during = 0;
  std::size_t failed_during = 0; ///< got an answer without a number, or none
};

/// "During" is `bystander_window` from the fault on, "before" as long before it.
inline constexpr micros bystander_window = 2'000'000;

class bystander_meter {
public:
  /// In the order of time, as read_faults gives them.
  explicit bystander_meter(std::vector<fault_record> faults) : faults_(std::move(faults)) {}

  /// Records of one client must come in their order; a run's first record before all others.
  void take(const record& what);

  /// One row per kind of fault that says what its node owned, by name.
  std::vector<bystander_row> rows() const;

private:
  struct ended_try {
    micros begun = 0;
    micros took = 0;
    unsigned node = 0;
    unsigned partition = 0;
    bool numbered = false;
  };
  struct open_try {
    micros begun = 0;
    unsigned node = 0;
  };
  struct sample {
    std::size_t faults = 0, failed = 0;
    std::vector<micros> before, during;
  };

  void look(const fault_record& by, sample& into) const;

  std::vector<fault_record> faults_;
  client_id client_{};
  std::unordered_map<message_id, unsigned> home_; ///< its partition
  std::map<std::pair<message_id, std::string>, open_try> open_;
  std::vector<ended_try> ended_;
};

/// For the terminal; empty without rows.
std::string to_text(const std::vector<bystander_row>& rows);

} // namespace recado::chaos
