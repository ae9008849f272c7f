#include "reference-server/store/store.hpp"

#include <atomic>
#include <thread>
#include <utility>

#include "reference-server/store/content.hpp"
#include "reference-server/store/cpu_sample.hpp"
#include "reference-server/store/lane.hpp"
#include "reference-server/store/migrate.hpp"
#include "reference-server/store/partners.hpp"
#include "reference-server/store/text.hpp"
#include "reference-server/store/upkeep.hpp"
#include "reference-server/store/writer.hpp"

namespace poolcast::store {

namespace {

using odbc::Connection;
using odbc::Failure;

// A read, an edit or a change: a function of the connection that gives back what answers it.
struct CallTask : Task {
  std::function<std::function<void()>(Connection&)> call;
  std::function<void(const Error&)> refuse;
  const char* operation = "";
  void fail(const Error& error) override { refuse(error); }
};

template <class T, class Call>
std::shared_ptr<CallTask> call_task(const char* operation, Completion<T> done, Call call) {
  auto task = std::make_shared<CallTask>();
  task->operation = operation;
  // The completion has two owners, of which one will call it.
  auto shared = std::make_shared<Completion<T>>(std::move(done));
  task->refuse = [shared](const Error& error) { (*shared)(error); };
  task->call = [shared, call = std::move(call)](Connection& connection) -> std::function<void()> {
    Result<T> result = call(connection);
    return [shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); };
  };
  return task;
}

const CallTask& as_call(const std::shared_ptr<Task>& task) { return static_cast<const CallTask&>(*task); }

// How a lane's calls are measured, and who is told.
struct Calls {
  const char* queue;
  std::function<void(const CallMeasured&)> told;
  std::shared_ptr<Turns> turns;
};

using Batch = std::span<const std::shared_ptr<Task>>;

// The answer of a batch that tells of its calls afterwards: `work` gives the answers.
template <class Work>
std::function<void()> measured(const Calls& calls, Batch batch, const Work& work) {
  if (!calls.told) return work();
  const auto begun = Steady::now();
  const CpuSample cpu(calls.turns->next());
  std::function<void()> answer = work();
  CallMeasured one{.operation = "", .queue = calls.queue, .execute = Steady::now() - begun, .cpu = cpu.taken()};
  std::vector<CallMeasured> all;
  for (const auto& task : batch) {
    one.operation = as_call(task).operation;
    one.queue_wait = begun - task->queued;
    all.push_back(one);
  }
  return [answer = std::move(answer), all = std::move(all), told = calls.told] {
    answer();
    for (const CallMeasured& call : all) told(call);
  };
}

Lane::Work reading(Calls calls) {
  return [calls = std::move(calls)](Connection& connection, Batch batch) {
    return measured(calls, batch, [&] { return as_call(batch.front()).call(connection); });
  };
}

// Many in one commit. A call that refuses for a reason of its own has written nothing.
Lane::Work changing(std::shared_ptr<WriteGate> gate, Calls calls) {
  return [gate = std::move(gate), calls = std::move(calls)](Connection& connection, Batch batch) {
    return measured(calls, batch, [&]() -> std::function<void()> {
      std::vector<std::function<void()>> answers;
      const Turn turn(*gate, connection);
      odbc::Transaction transaction(connection);
      for (const auto& task : batch) answers.push_back(as_call(task).call(connection));
      transaction.commit();
      return [answers = std::move(answers)] {
        for (const auto& answer : answers) answer();
      };
    });
  };
}

// Each in a transaction of its own, which it begins itself.
Lane::Work editing(std::shared_ptr<WriteGate> gate, Calls calls) {
  return [gate = std::move(gate), calls = std::move(calls)](Connection& connection, Batch batch) {
    return measured(calls, batch, [&] {
      const Turn turn(*gate, connection);
      return as_call(batch.front()).call(connection);
    });
  };
}

std::size_t reader_count(const Limits& limits) {
  return limits.readers > 0 ? limits.readers : std::size_t{2} * std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

struct Store::Parts {
  Config config;
  Vault vault;
  Dialect dialect = Dialect::sqlite;
  std::shared_ptr<Partners> partners;
  std::shared_ptr<WriteGate> gate = std::make_shared<WriteGate>();
  std::shared_ptr<Mirrored> mirrored = std::make_shared<Mirrored>(false);
  Lane::Connect connect;
  // Ended in the reverse order.
  std::unique_ptr<Lane> readers;
  std::unique_ptr<Lane> edits;
  std::unique_ptr<Lane> changes;
  std::unique_ptr<Lane> writer;
  std::unique_ptr<Upkeep> upkeep;

  LaneOptions options(const char* name) const;
  Calls calls(const char* queue) const;
  void start_lanes(const PostBack& post_back);
};

LaneOptions Store::Parts::options(const char* name) const {
  const Limits& limits = config.limits;
  return {.name = name,
          .most_waiting = limits.waiting_changes,
          .writes = true,
          .longest_wait = limits.longest_wait,
          .deadline = limits.write_deadline,
          .first_pause = limits.first_pause,
          .longest_pause = limits.longest_pause};
}

Calls Store::Parts::calls(const char* queue) const {
  return {queue, config.observer.on_call, std::make_shared<Turns>(config.observer.sample_every)};
}

void Store::Parts::start_lanes(const PostBack& post_back) {
  const Limits& limits = config.limits;
  const Lane::Hooks quiet{.availability = nullptr, .warning = config.observer.on_warning};
  LaneOptions reads = options("reads");
  reads.threads = reader_count(limits);
  reads.most_waiting = limits.waiting_reads;
  reads.writes = false;
  reads.repeatable = true;
  reads.deadline = limits.read_deadline;
  readers = std::make_unique<Lane>(reads, partners, connect, reading(calls("reads")), post_back, quiet);
  // An edit that may have happened must not be repeated: it names a version that it would itself have changed.
  edits = std::make_unique<Lane>(options("edits"), partners, connect, editing(gate, calls("edits")), post_back, quiet);
  LaneOptions small = options("changes");
  small.largest_batch = limits.largest_batch;
  small.repeatable = true;
  changes = std::make_unique<Lane>(small, partners, connect, changing(gate, calls("changes")), post_back, quiet);
  LaneOptions posts = options("posts");
  posts.most_waiting = limits.waiting_posts;
  posts.largest_batch = limits.largest_batch;
  posts.repeatable = true;
  const auto write = [the_gate = gate, mirror = mirrored, told = config.observer.on_commit,
                      turns = std::make_shared<Turns>(config.observer.sample_every)](Connection& connection, Batch batch) {
    return write_batch(connection, batch, {*the_gate, *mirror, told, turns->next()});
  };
  // Plans for whatever values come, made once per connection: planning a post costs more than storing it. The planner must not
  // scan a table that it has seen small.
  const auto connect_writer = [connect_any = connect](const std::string& connection_string) {
    auto connection = connect_any(connection_string);
    if (connection->dialect() == Dialect::postgresql) {
      connection->execute("SET plan_cache_mode = force_generic_plan");
      connection->execute("SET enable_seqscan = off");
    }
    return connection;
  };
  writer = std::make_unique<Lane>(posts, partners, connect_writer, write, post_back,
                                  Lane::Hooks{config.observer.on_availability, config.observer.on_warning});
}

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Store::~Store() {
  // Posts first: they may be in doubt for the shortest time.
  parts_->upkeep.reset();
  parts_->writer.reset();
  parts_->changes.reset();
  parts_->edits.reset();
  parts_->readers.reset();
}

Result<std::unique_ptr<Store>> Store::open(Config config, const PostBack& post_back) {
  if (config.connections.empty()) return Error{ErrorCode::malformed, "no database is named", false};
  auto vault = Vault::open(config.key_file);
  if (!vault) return vault.error();
  auto parts = std::make_unique<Parts>();
  parts->vault = std::move(*vault);
  parts->partners = std::make_shared<Partners>(config.connections);
  parts->config = std::move(config);
  const auto warn_later = [post_back, hook = parts->config.observer.on_warning](const std::string& sentence) {
    if (hook) post_back([hook, sentence] { hook(sentence); });
  };
  parts->connect = [allow = parts->config.allow_not_durable](const std::string& connection_string) {
    auto connection = connect_durably(connection_string, allow, nullptr);
    // Checkpoints are the upkeep's: inside a commit they would be the slowest posts.
    if (connection->dialect() == Dialect::sqlite) connection->execute("PRAGMA wal_autocheckpoint = 0");
    return connection;
  };
  std::string problem = "no partner answers";
  for (std::size_t attempt = 0; attempt < parts->config.connections.size(); ++attempt) {
    const Partners::Turn turn = parts->partners->current();
    try {
      const auto connection = connect_durably(*turn.connection, parts->config.allow_not_durable, warn_later);
      parts->dialect = connection->dialect();
      prepare_content(*connection, parts->config.migrate);
      problem.clear();
      break;
    } catch (const Failure& failure) {
      problem = failure.what();
      parts->partners->turn_away_from(turn.generation);
    }
  }
  if (!problem.empty()) return Error{ErrorCode::unavailable, problem, false};
  parts->start_lanes(post_back);
  parts->upkeep = std::make_unique<Upkeep>(parts->dialect, parts->partners, parts->connect, parts->mirrored, parts->gate);
  return std::unique_ptr<Store>(new Store(std::move(parts)));
}

namespace {

// For the start: on the calling thread, with a connection of its own.
template <class Call>
auto call_now(const Lane::Connect& connect, const Partners& partners, Call call)
    -> Result<decltype(call(std::declval<Connection&>()))> {
  try {
    const auto connection = connect(*partners.current().connection);
    return call(*connection);
  } catch (const Failure& failure) {
    return Error{ErrorCode::unavailable, failure.what(), false};
  }
}

}  // namespace

Result<Directory> Store::load_directory() {
  return call_now(parts_->connect, *parts_->partners, [](Connection& connection) { return store::load_directory(connection); });
}

Result<std::vector<EndpointRooms>> Store::load_endpoints(std::int64_t not_older_than_ms) {
  return call_now(parts_->connect, *parts_->partners,
                  [=](Connection& connection) { return read_endpoints(connection, not_older_than_ms); });
}

void Store::append(Post post, Completion<Appended> done) {
  auto task = std::make_shared<PostTask>();
  const bool small = post.body.size() <= largest_body_bytes && post.rtf.size() <= largest_rtf_bytes;
  const bool readable = valid_text(post.body) && valid_text(post.title) && valid_text(post.rtf);
  if (post.recorded) task->event = time_ordered_uuid(post.sent_ms);
  task->post = std::move(post);
  task->done = std::move(done);
  // Checked here, so that one bad post does not make a whole batch go the slow way.
  if (!small)
    parts_->writer->refuse(std::move(task), {ErrorCode::too_large, "the message is too large", false});
  else if (!readable)
    parts_->writer->refuse(std::move(task), {ErrorCode::malformed, "the message is not UTF-8 text", false});
  else
    parts_->writer->submit(std::move(task));
}

void Store::record(Event event, Completion<Done> done) {
  auto task = std::make_shared<EventTask>();
  task->id = time_ordered_uuid(event.at_ms);
  task->keep = event.keep;
  task->event = std::move(event);
  task->done = std::move(done);
  parts_->writer->submit(std::move(task));
}

void Store::history(HistoryQuery query, Completion<std::vector<Message>> done) {
  parts_->readers->submit(call_task<std::vector<Message>>(
      "history", std::move(done),
      [query = std::move(query)](Connection& connection) { return read_history(connection, query); }));
}

void Store::search(SearchQuery query, Completion<Found> done) {
  parts_->readers->submit(call_task<Found>("search", std::move(done), [query = std::move(query)](Connection& connection) {
    return search_messages(connection, query);
  }));
}

void Store::preferences(PrincipalId user, std::vector<std::string> labels, Completion<std::vector<Preference>> done) {
  parts_->readers->submit(call_task<std::vector<Preference>>(
      "preferences", std::move(done),
      [user, labels = std::move(labels)](Connection& connection) { return read_preferences(connection, user, labels); }));
}

void Store::invitations(PrincipalId user, std::int64_t newer_than, Completion<std::vector<Invitation>> done) {
  parts_->readers->submit(call_task<std::vector<Invitation>>(
      "invitations", std::move(done),
      [user, newer_than](Connection& connection) { return read_invitations(connection, user, newer_than); }));
}

void Store::file_token(Uuid token, std::int64_t now_ms, Completion<FileToken> done) {
  parts_->readers->submit(call_task<FileToken>("file_token", std::move(done), [token, now_ms](Connection& connection) {
    return read_file_token(connection, token, now_ms);
  }));
}

void Store::changes_since(std::int64_t revision, Completion<Directory> done) {
  parts_->readers->submit(call_task<Directory>(
      "changes", std::move(done), [revision](Connection& connection) { return directory_changes(connection, revision); }));
}

void Store::edit(std::vector<Edit> edits, Completion<Directory> done) {
  parts_->edits->submit(
      call_task<Directory>("edit", std::move(done), [edits = std::move(edits)](Connection& connection) -> Result<Directory> {
        try {
          return edit_directory(connection, edits);
        } catch (const Refused& refused) {
          return refused.error();
        }
      }));
}

void Store::set_preference(Preference preference, Completion<Preference> done) {
  parts_->changes->submit(call_task<Preference>(
      "set_preference", std::move(done),
      [preference = std::move(preference)](Connection& connection) { return store::set_preference(connection, preference); }));
}

void Store::invite(Invitation invitation, Completion<Invitation> done) {
  parts_->changes->submit(call_task<Invitation>(
      "invite", std::move(done), [invitation](Connection& connection) { return add_invitation(connection, invitation); }));
}

void Store::forget_invitation(RoomId room, PrincipalId user, Completion<Done> done) {
  parts_->changes->submit(call_task<Done>("forget_invitation", std::move(done), [room, user](Connection& connection) {
    remove_invitation(connection, room, user);
    return Done{};
  }));
}

void Store::grant_file_token(FileToken token, Completion<Done> done) {
  parts_->changes->submit(
      call_task<Done>("grant_file_token", std::move(done), [token = std::move(token)](Connection& connection) {
        add_file_token(connection, token);
        return Done{};
      }));
}

void Store::forget_file_token(Uuid token, Completion<Done> done) {
  parts_->changes->submit(call_task<Done>("forget_file_token", std::move(done), [token](Connection& connection) {
    remove_file_token(connection, token);
    return Done{};
  }));
}

void Store::save_endpoint(EndpointRooms endpoint, Completion<Done> done) {
  parts_->changes->submit(
      call_task<Done>("save_endpoint", std::move(done), [endpoint = std::move(endpoint)](Connection& connection) {
        store::save_endpoint(connection, endpoint);
        return Done{};
      }));
}

Result<Secret> Store::open_verifier(const Principal& user, VerifierKind kind) const {
  for (const SealedVerifier& verifier : user.verifiers) {
    if (verifier.kind != kind) continue;
    auto secret = parts_->vault.open(user.uri, verifier);
    if (secret || secret.error().code != ErrorCode::not_found) return secret;
    // Keys are changed while servers run: the file may hold this one by now.
    auto renewed = Vault::open(parts_->config.key_file);
    if (!renewed) return renewed.error();
    parts_->vault = std::move(*renewed);
    return parts_->vault.open(user.uri, verifier);
  }
  return open_nobodys_verifier(kind);
}

Result<Secret> Store::open_nobodys_verifier(VerifierKind kind) const {
  (void)parts_->vault.open_nobodys(kind);
  return Error{ErrorCode::not_found, "this user has no verifier of that kind", false};
}

bool Store::available() const { return parts_->writer->available(); }
std::size_t Store::waiting_posts() const { return parts_->writer->waiting(); }
Dialect Store::dialect() const { return parts_->dialect; }

}  // namespace poolcast::store
