#include "chaos/load/process_cost.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace recado::load {
namespace {

struct process {
  int parent = 0;
  double cpu_s = 0;          ///< own threads
  double children_cpu_s = 0; ///< of children that have ended and were waited for
};

/// Fields 4 and 14–17 of /proc/PID/stat (proc(5)); the name in field 2 may hold anything but ends
/// at the last parenthesis.
process read_stat(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  std::getline(file, line);
  process out;
  auto end = line.rfind(')');
  if (end == std::string::npos) return out;
  std::istringstream rest{line.substr(end + 2)};
  std::string skip;
  rest >> skip >> out.parent;
  for (int field = 5; field <= 13; ++field)
    rest >> skip;
  double user = 0, kernel = 0, child_user = 0, child_kernel = 0;
  rest >> user >> kernel >> child_user >> child_kernel;
  auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  out.cpu_s = (user + kernel) / ticks;
  out.children_cpu_s = (child_user + child_kernel) / ticks;
  return out;
}

/// Proportional set size would need smaps; private memory is what a program adds to the machine.
std::uint64_t rss_of(int pid, bool private_only) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/statm"};
  std::uint64_t size = 0, resident = 0, shared = 0;
  file >> size >> resident >> shared;
  auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return (private_only ? resident - shared : resident) * page;
}

std::vector<int> children_of(int pid) {
  std::vector<int> out;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    auto name = entry.path().filename().string();
    if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (read_stat(std::stoi(name)).parent == pid) out.push_back(std::stoi(name));
  }
  return out;
}

double seconds_of(clockid_t which) {
  timespec spent{};
  ::clock_gettime(which, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

} // namespace

cost cost_of(int pid) {
  return {read_stat(pid).cpu_s, rss_of(pid, false)};
}

cost cost_of_family(int pid) {
  auto all = cost_of(pid);
  all.cpu_s += read_stat(pid).children_cpu_s;
  for (auto child : children_of(pid)) {
    all.cpu_s += read_stat(child).cpu_s;
    all.rss_bytes += rss_of(child, true);
  }
  return all;
}

double thread_cpu_s() {
  return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double process_cpu_s() {
  return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

} // namespace recado::load
