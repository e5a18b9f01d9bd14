#include "fakes_parts.hpp"

namespace recado::test {

class fake_clients final : public client_service {
public:
  explicit fake_clients(world& w) : w_(w) {}
  void find(const client_id& id, on_result<client_record> done) override {
    w_.worker_.post([this, id, done] {
      auto at = w_.clients_.find(id);
      if (at == w_.clients_.end())
        done(fail(ec::invalid_client));
      else
        done(at->second);
    });
  }
  void create(client_record record, on_result<client_record> done) override { done(record); }
  void rotate(const client_id&, std::string, on_result<client_record> done) override {
    done(fail(ec::internal));
  }
  void list(on_result<std::vector<client_record>> done) override {
    done(std::vector<client_record>{});
  }
  void signing_keys(signing_key fresh, on_result<std::vector<signing_key>> done) override {
    w_.worker_.post([this, fresh, done] {
      if (w_.keys_.empty()) w_.keys_.push_back(fresh);
      done(w_.keys_);
    });
  }

private:
  world& w_;
};

class fake_directory final : public directory_service {
public:
  explicit fake_directory(world& w) : w_(w) {}
  void put_user(const client_id& client, const user_id& user, user_fields fields,
                on_result<upserted<user_record>> done) override {
    run([this, client, user, fields, done] {
      auto [at, fresh] = w_.users_.try_emplace({client, user});
      if (at->second.deleted) return done(fail(ec::user_deleted));
      auto& record = at->second.record;
      if (fresh) record = {user, {}, w_.tick(), {}};
      record.fields = fields;
      record.updated_at = w_.tick();
      done(upserted<user_record>{record, fresh});
    });
  }
  void get_user(const client_id& client, const user_id& user,
                on_result<user_record> done) override {
    run([this, client, user, done] {
      auto* found = find(client, user);
      if (found)
        done(found->record);
      else
        done(fail(ec::user_not_found));
    });
  }
  void is_deleted(const client_id& client, const user_id& user, on_result<bool> done) override {
    run([this, client, user, done] {
      auto found = w_.users_.find({client, user});
      done(found != w_.users_.end() && found->second.deleted);
    });
  }
  void delete_user(const client_id& client, const user_id& user, on_result<bool> done) override {
    run([this, client, user, done] {
      auto* found = find(client, user);
      if (!found) return done(fail(ec::user_not_found));
      found->deleted = true;
      done(true);
    });
  }
  void list_users(const client_id& client, std::string after, std::size_t limit,
                  on_result<page<user_record>> done) override {
    run([this, client, after, limit, done] {
      page<user_record> out;
      for (const auto& [key, each] : w_.users_) {
        if (key.first != client || each.deleted || key.second.value <= after) continue;
        if (out.items.size() == limit) {
          out.next = out.items.back().id.value;
          break;
        }
        out.items.push_back(each.record);
      }
      done(out);
    });
  }
  void put_identity(const client_id& client, const user_id& user, identity_fields fields,
                    on_result<upserted<identity_record>> done) override {
    run([this, client, user, fields, done] {
      for (const auto& [key, each] : w_.users_)
        if (auto own = each.identities.find(fields.channel);
            key.first == client && key.second != user && own != each.identities.end() &&
            own->second.fields.address == fields.address)
          return done(fail(ec::identity_taken));
      auto& person = w_.users_[{client, user}];
      person.record.id = user;
      auto [at, fresh] = person.identities.try_emplace(fields.channel);
      at->second = {fields, w_.tick()};
      done(upserted<identity_record>{at->second, fresh});
    });
  }
  void delete_identity(const client_id& client, const user_id& user, std::string channel,
                       on_result<bool> done) override {
    run([this, client, user, channel, done] {
      auto* found = find(client, user);
      if (!found)
        done(fail(ec::user_not_found));
      else if (found->identities.erase(channel) == 0)
        done(fail(ec::identity_not_found));
      else
        done(true);
    });
  }
  void list_identities(const client_id& client, const user_id& user,
                       on_result<std::vector<identity_record>> done) override {
    run([this, client, user, done] {
      auto* found = find(client, user);
      if (!found) return done(fail(ec::user_not_found));
      std::vector<identity_record> out;
      out.reserve(found->identities.size());
      for (const auto& [channel, each] : found->identities)
        out.push_back(each);
      done(out);
    });
  }

private:
  world::person* find(const client_id& client, const user_id& user) {
    auto at = w_.users_.find({client, user});
    return at == w_.users_.end() || at->second.deleted ? nullptr : &at->second;
  }
  void run(std::function<void()> what) { w_.worker_.post(std::move(what)); }
  world& w_;
};

std::shared_ptr<client_service> make_clients(world& of) {
  return std::make_shared<fake_clients>(of);
}

std::shared_ptr<directory_service> make_directory(world& of) {
  return std::make_shared<fake_directory>(of);
}

} // namespace recado::test
