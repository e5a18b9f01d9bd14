#pragma once
/// Where the bad input goes to: one Recado with short time-outs, and everything that the tables
/// name.
#include "tests/e2e/bad_input/table.hpp"
#include "tests/e2e/world.hpp"

namespace recado::e2e {

class scene {
public:
  scene();

  std::uint16_t port() const noexcept { return port_; }
  const placeholders& values() const noexcept { return values_; }
  /// `client`, `none`, `user ana`, or one that is wrong in the way its name says; empty: none.
  std::string token(const std::string& name);
  /// Does an ordinary request work, on a connection of its own?
  bool works() const;

private:
  nlohmann::json ask(client::api_client& api, std::string method, std::string target,
                     const nlohmann::json& body);
  void make_objects();
  void make_tokens();
  std::string scoped(const std::string& scope) const;

  world world_;
  std::uint16_t port_ = 0;
  placeholders values_;
  std::map<std::string, std::string> tokens_;
};

} // namespace recado::e2e
