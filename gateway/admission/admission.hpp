#pragma once
/// Admission of messages, at the pace of their clients; see README.md. Commands that are not
/// messages pass freely.
#include "actors/service/services.hpp"
#include "gateway/admission/rates.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/observe/metrics.hpp"

namespace recado::admission {

class admission : public command_service {
public:
  /// Refuses what waited too long; a child of the gateway's supervisor.
  virtual actor::child_spec sweeper_child() = 0;
  /// No more sweeps; what waits is refused.
  virtual void stop() = 0;
};

std::shared_ptr<admission> make_admission(const admission_config& config,
                                          std::shared_ptr<rates> paces,
                                          std::shared_ptr<command_service> below,
                                          observe::metrics& metrics);

} // namespace recado::admission
