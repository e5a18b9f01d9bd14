/// PostgreSQL's disk is full.
#include "node/embedded/files.hpp"
#include "tests/e2e/survival.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/mount.h>
#include <unistd.h>

namespace recado::e2e {

namespace fs = std::filesystem;

namespace {

/// A small file system of its own for DATA/postgres.
class small_disk {
public:
  bool mount(const fs::path& where) {
    where_ = where;
    fs::create_directories(where);
    mounted_ = ::mount("recado-test", where.c_str(), "tmpfs", 0, "size=260m,mode=0700") == 0;
    return mounted_;
  }
  ~small_disk() { unmount(); }
  void unmount() {
    if (std::exchange(mounted_, false)) ::umount2(where_.c_str(), MNT_DETACH);
  }

  /// Leaves no free block. PostgreSQL does not mind a file that it does not know.
  void fill() {
    int fd = ::open((where_ / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    std::string block(64 * 1024, 'x');
    while (::write(fd, block.data(), block.size()) > 0) {
    }
    ::close(fd);
  }
  void free() { fs::remove(where_ / "filler"); }

private:
  fs::path where_;
  bool mounted_ = false;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_full_disk_means_503_and_nothing_is_taken_for_poison) {
  small_disk disk;
  if (::geteuid() != 0) {
    std::puts("skipped: only root may mount a small disk");
    return;
  }
  std::unique_ptr<world> held;
  bool mounted = true;
  try {
    held = std::make_unique<world>(world_options{
      .before_start = [&](const fs::path& data) { mounted = disk.mount(data / "postgres"); }});
  } catch (const std::exception&) {
    if (mounted) throw;
  }
  if (!mounted) {
    std::puts("skipped: mounting is forbidden here");
    return;
  }
  auto& one = *held;
  auto api = one.api();
  ledger book{api, 4, 4'000};
  std::size_t answers_503 = 0;
  bool was_full = false;
  std::size_t seen = 0;
  std::chrono::steady_clock::time_point full_since;
  // Big texts, so that the log and the tables need new blocks soon.
  auto body_of = [&](std::size_t n) {
    auto body = nlohmann::json::parse(book.body_of(n));
    body["metadata"]["ballast"] = std::string(8'000, static_cast<char>('a' + n % 26));
    return body.dump();
  };
  auto on_answer = [&](const load_answer& answer) {
    answers_503 += answer.status == 503;
    if (seen >= 500 && !was_full) {
      disk.fill();
      was_full = true;
      full_since = std::chrono::steady_clock::now();
    }
    if (was_full && answers_503 >= 50 && std::chrono::steady_clock::now() - full_since > 5s)
      disk.free();
    if (!book.note_answer(answer.job, answer.status, answer.body)) return false;
    ++seen;
    return true;
  };
  auto token = api.token();
  BOOST_REQUIRE(token.has_value());
  auto done = run_load({.url = one.url(), .token = *token, .total = book.size(), .connections = 50},
                       {.body = body_of,
                        .before_send = [&](std::size_t n) { book.note_sent(n); },
                        .on_answer = on_answer});
  BOOST_TEST(done == book.size());
  BOOST_TEST(was_full);
  BOOST_TEST(answers_503 >= 50u);
  auto wrong = book.check(api);
  for (const auto& sentence : wrong)
    BOOST_ERROR(sentence);
  auto out = one.data().parent_path() / "dead.out";
  auto code = wait_for_exit(start_program(
    {"psql", one.look().dsn, "-At", "-c", "select count(*) from dead_letter"}, {}, out));
  BOOST_TEST(code == 0);
  BOOST_TEST(embedded::read_file(out).value_or("") == "0\n");
  one.stop();
  disk.unmount(); // else the folder could not be removed
}

} // namespace recado::e2e
