#include <ctime>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

#include "runtime/observe/metrics.hpp"

namespace recado::observe {
namespace {

double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double open_files() {
  std::error_code ignored;
  std::filesystem::directory_iterator files{"/proc/self/fd", ignored};
  return static_cast<double>(std::distance(begin(files), end(files)));
}

} // namespace

void add_process_metrics(metrics& to, const std::string& version) {
  to.make_gauge("recado_build_info", "The version that runs here; always 1.",
                {{"version", version}})
    .set(1);
  to.make_gauge("recado_start_time_seconds", "When this process started, Unix time.")
    .set(static_cast<double>(std::time(nullptr)));
  auto memory = to.make_gauge("recado_resident_memory_bytes", "Resident memory of this process.");
  auto files = to.make_gauge("recado_open_fds", "Open file descriptors of this process.");
  auto cpu = to.make_counter("recado_cpu_seconds_total", "CPU time of this process.");
  to.before_scrape([memory, files, cpu]() mutable {
    memory.set(resident_bytes());
    files.set(open_files());
    cpu.add(cpu_seconds() - cpu.value());
  });
}

} // namespace recado::observe
