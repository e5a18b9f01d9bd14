#pragma once
/// One thread, one curl_multi.
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "runtime/http/client/curl_easy.hpp"

namespace recado::http::outward {

class loop {
public:
  explicit loop(shared_settings shared);
  ~loop() { stop(); }

  const shared_settings& shared() const { return shared_; }
  /// From any thread. Refused when the queue is full or the loop stops: then it fails at once,
  /// here.
  void add(std::unique_ptr<transfer> one);
  void stop();

private:
  void run();
  void take_in();
  void start(std::unique_ptr<transfer> one);
  void collect();
  void end_all();
  bool stopping();

  shared_settings shared_;
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;
  std::mutex mutex_;
  std::deque<std::unique_ptr<transfer>> queue_;                  ///< guarded
  bool stopping_ = false;                                        ///< guarded
  std::unordered_map<CURL*, std::unique_ptr<transfer>> running_; ///< of the thread
  std::thread thread_;
};

} // namespace recado::http::outward
