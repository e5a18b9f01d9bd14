#include "node/embedded/data_folder.hpp"

#include "node/database/registry.hpp"
#include "node/embedded/files.hpp"
#include "node/embedded/ports.hpp"
#include "schemas/uuid.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

namespace recado::embedded {

namespace fs = std::filesystem;
using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(credentials, client_id, client_secret, admin_client_id,
                                   admin_client_secret, postgres_password)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ports, nats, postgres)

namespace {

// sun_path holds 107 bytes and a zero; the server appends "/.s.PGSQL.65535".
constexpr std::size_t socket_folder_bytes_max = 107 - 16;

constexpr const char* other_folder = "choose another folder with --data";

/// What lies in a folder that was never ours; a disk mounted for us may have been prepared.
std::optional<std::string> foreign_in(const fs::path& root) {
  if (fs::exists(root / "lock") || fs::exists(data_folder::credentials_of(root)))
    return std::nullopt;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator{root, failed})
    if (auto name = entry.path().filename(); name != "lost+found" && name != "postgres")
      return name.string();
  return std::nullopt;
}

template <class T>
attempt<T> read_json(const fs::path& path) {
  auto text = read_file(path);
  if (!text) return sorry(fmt::format("cannot read {}", path.string()));
  try {
    return json::parse(*text).get<T>();
  } catch (const json::exception& e) {
    return sorry(fmt::format("{} is damaged: {}", path.string(), e.what()));
  }
}

attempt<int> take_lock(const fs::path& root) {
  auto path = root / "lock";
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return sorry(fmt::format("cannot write {}: {}; run as its owner, or {}", path.string(),
                             std::strerror(errno), other_folder));
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  auto why = errno;
  ::close(fd);
  if (why != EWOULDBLOCK)
    return sorry(fmt::format("cannot lock {}: {}", path.string(), std::strerror(why)));
  return sorry(
    fmt::format("another `recado up` is running on {} (its address is in {}); stop it or "
                "choose another folder with --data",
                root.string(), (root / "info.json").string()));
}

credentials new_credentials() {
  using clients::random_secret;
  return {.client_id = uuid::v7().str(),
          .client_secret = random_secret(),
          .admin_client_id = uuid::v7().str(),
          .admin_client_secret = random_secret(),
          .postgres_password = random_secret()};
}

} // namespace

attempt<credentials> read_credentials(const fs::path& root) {
  return read_json<credentials>(data_folder::credentials_of(root));
}

attempt<void> write_credentials(const fs::path& root, const credentials& kept) {
  return write_file(data_folder::credentials_of(root), json(kept).dump(2) + "\n", 0600);
}

fs::path data_folder::credentials_of(const fs::path& root) {
  return root / "credentials.json";
}

attempt<data_folder> data_folder::open(const fs::path& where) {
  std::error_code failed;
  auto absolute = fs::absolute(where, failed);
  // 0711: the user postgres may have to pass; the names within are no secret, the files are 0600.
  auto existed = fs::exists(absolute, failed);
  if (!existed)
    if (auto made = make_folder(absolute, 0711); !made)
      return sorry(fmt::format("{}; {}", made.error(), other_folder));
  auto root = fs::canonical(absolute, failed);
  if (failed)
    return sorry(
      fmt::format("cannot use {}: {}; {}", where.string(), failed.message(), other_folder));
  if (!fs::is_directory(root))
    return sorry(fmt::format("{} is no folder; {}", root.string(), other_folder));
  if (auto foreign = foreign_in(root))
    return sorry(fmt::format("{} is not empty and not Recado's ({} is in it); {}", root.string(),
                             *foreign, other_folder));
  auto lock = take_lock(root);
  if (!lock) return sorry(lock.error());
  data_folder taken{root, *lock};
  if (auto made = make_folder(root / "logs", 0700); !made) return sorry(made.error());
  return taken;
}

data_folder::~data_folder() {
  if (lock_ >= 0) ::close(lock_);
}

data_folder::data_folder(data_folder&& other) noexcept
  : root_(std::move(other.root_)),
    lock_(std::exchange(other.lock_, -1)) {}

fs::path data_folder::node(unsigned number) const {
  return root_ / fmt::format("n{}", number);
}
fs::path data_folder::log(const std::string& name) const {
  return root_ / "logs" / (name + ".log");
}

attempt<fs::path> data_folder::socket_folder() const {
  auto run = root_ / "run";
  if (run.string().size() <= socket_folder_bytes_max) {
    auto made = make_folder(run, 0700);
    return made.map([&] { return run; });
  }
  if (auto kept = read_file(run); kept && make_folder(*kept, 0700)) return fs::path{*kept};
  const char* runtime = std::getenv("XDG_RUNTIME_DIR"); // NOLINT: one thread
  auto base = fs::path{runtime != nullptr && *runtime != '\0' ? runtime : "/tmp"};
  auto made = (base / "recado-XXXXXX").string();
  if (made.size() > socket_folder_bytes_max) made = "/tmp/recado-XXXXXX";
  if (::mkdtemp(made.data()) == nullptr)
    return sorry(fmt::format("cannot create {}: {}", made, std::strerror(errno)));
  return write_file(run, made, 0600).map([&] { return fs::path{made}; });
}

attempt<credentials> data_folder::secrets() const {
  if (read_file(credentials_of(root_))) return read_credentials(root_);
  if (fs::exists(postgres() / "PG_VERSION"))
    return sorry(fmt::format("{} is missing, but {} belongs to it: put it back, or {}",
                             credentials_of(root_).string(), postgres().string(), other_folder));
  auto made = new_credentials();
  return write_credentials(root_, made).map([&] { return made; });
}

attempt<ports> data_folder::choose_ports(std::set<std::uint16_t> promised) const {
  auto path = root_ / "ports.json";
  auto before = read_json<ports>(path).value_or(ports{});
  auto nats = free_port(before.nats, promised);
  if (!nats) return sorry(nats.error());
  promised.insert(*nats);
  auto postgres = free_port(before.postgres, promised);
  if (!postgres) return sorry(postgres.error());
  ports now{.nats = *nats, .postgres = *postgres};
  return write_file(path, json(now).dump() + "\n", 0600).map([&] { return now; });
}

} // namespace recado::embedded
