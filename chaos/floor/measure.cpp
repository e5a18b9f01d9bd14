#include "chaos/floor/command_line.hpp"
#include "chaos/floor/commit_floor.hpp"
#include "chaos/floor/http_floor.hpp"
#include "chaos/floor/jetstream_floor.hpp"
#include "chaos/floor/report.hpp"
#include "runtime/observe/log.hpp"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <stdexcept>
#include <sys/resource.h>

namespace recado::floors {
namespace {

/// We and every child of ours run on the first of the processors that we may use.
unsigned share_cores(unsigned wanted) {
  cpu_set_t ours, few;
  CPU_ZERO(&few);
  if (::sched_getaffinity(0, sizeof ours, &ours) != 0) return wanted;
  unsigned taken = 0;
  for (std::size_t i = 0; i < CPU_SETSIZE && taken < wanted; ++i)
    if (CPU_ISSET(i, &ours)) {
      CPU_SET(i, &few);
      ++taken;
    }
  if (::sched_setaffinity(0, sizeof few, &few) != 0) return wanted;
  return taken;
}

/// A caller and a reader each are a file on either side.
void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

void say(const char* what) {
  std::fprintf(stderr, "  %s\n", what);
}

void measure_commits(const options& how, bool sums, servers& with, std::vector<figure>& into) {
  commit_floor commits{how, with};
  for (auto batch : how.batches) {
    into.push_back(commits.measure(batch, true));
    with.check();
    if (!sums || batch != how.batch_of_sum) continue;
    into.push_back(commits.measure(batch, false));
    with.check();
  }
}

} // namespace

void measure(const asked& want) {
  auto how = want.how;
  how.cores = share_cores(how.cores);
  allow_many_files();
  observe::set_level(observe::level::warn);
  embedded::family::take_signals(); // before there is any thread
  auto wanted = [&](what part) { return want.part == part || want.part == what::all; };
  std::vector<figure> all;
  if (wanted(what::http)) {
    say("http");
    all.push_back(http_floor(how));
  }
  if (wanted(what::jetstream)) { // one server at a time: the other one would only be in the way
    say("jetstream: starting nats-server");
    servers with{false, true};
    all.push_back(jetstream_floor(how, with));
    with.check();
  }
  if (wanted(what::commit)) {
    say("commit: starting PostgreSQL");
    servers with{true, false};
    measure_commits(how, want.part == what::all, with, all);
  }
  std::fputs(to_text(how, all).c_str(), stdout);
  if (!how.json.empty()) std::ofstream{how.json} << report(how, all).dump(2) << '\n';
  if (auto wrong = disagreement(all); !wrong.empty()) throw std::runtime_error(wrong);
}

} // namespace recado::floors
