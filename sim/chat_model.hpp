// Persistent Chat as a queueing model on the request plane. A request travels
//
//   client → Front End → [the pool's gate on sign-ins] → a worker of the chat server → its cores → the content database
//          → (a post: the log disk) → back to the server → the client
//
// and a stored post becomes one fan-out job on every server that has participants of its room. Users are state
// (population.hpp); jobs live in a slab and are known by number. A server that is lost takes its jobs with it: each carries the
// server's epoch, and whatever comes back to an older epoch is lost.
//
// One class, one subject per file: chat_model_state.hpp (what it knows), chat_model.cpp (assembly and dispatch),
// chat_model_requests.cpp (the path of a request), chat_model_sessions.cpp (signing in, losing and finding a server),
// chat_model_posts.cpp (commit and fan-out), chat_model_notices.cpp (rosters, compliance), chat_model_operations.cpp (what faults
// do), chat_model_operators.cpp (what operators do), chat_model_day.cpp (who comes and leaves on a working day),
// chat_model_front_ends.cpp (Front End pools lost, failed over, back),
// chat_model_instances.cpp (failover clusters, lost disks), chat_model_reach.cpp (cuts, hung services),
// chat_model_hung_database.cpp (hung SQL Server instances), chat_model_database.cpp (which partner serves, finding it again),
// chat_model_secondary.cpp (copies of a database), chat_model_links.cpp (what crosses between sites), chat_model_files.cpp (the
// share with uploaded files), chat_model_windows.cpp (what is recorded at the end of a window).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/random.hpp"
#include "domain/rules/log_shipping.hpp"
#include "domain/rules/redirect.hpp"
#include "domain/rules/retransmission.hpp"
#include "domain/scenario.hpp"
#include "sim/chat_model_state.hpp"
#include "sim/cost.hpp"
#include "sim/database_outages.hpp"
#include "sim/database_session.hpp"
#include "sim/instance_cluster.hpp"
#include "sim/long_waits.hpp"
#include "sim/platform.hpp"
#include "sim/population.hpp"
#include "sim/recorder.hpp"
#include "sim/request_plane.hpp"
#include "sim/run.hpp"
#include "sim/station.hpp"

namespace poolcast::sim {

class ChatModel {
public:
  ChatModel(const Scenario& scenario, const RunOptions& options, Platform& platform);

  // Before the engine runs: everybody connected, nobody (sign_in_window) or whom the day begins with, and the first arrivals.
  void start(RequestPlane& plane);
  // After it ran: what is open at the horizon.
  ReplicationResult finish();

  // From SimGrid's side, at SimGrid's date.
  void expect_loss(const NodeId& machine, const Fault& fault);  // its next loss is this fault's
  void destroyed_while_lost(const NodeId& machine, const Fault& fault);
  void machine_lost(const NodeId& node);
  void machine_returned(const NodeId& node);
  void disks_lost(const NodeId& instance, const Fault& fault);
  void disks_returned(const NodeId& instance);
  void slow(const NodeId& node, double factor);  // relative to the normal speed
  void hang(const NodeId& node, const Fault& fault);
  void goes_on(const NodeId& node);
  void slow_disk(const NodeId& node, double factor);
  void fill_disk(const NodeId& node, bool full);
  void sync_directory(const PoolId& pool, double factor);
  void fault_begins(const Fault& fault) { outages_.fault_begins(label(fault)); }
  void scale_bandwidth(SiteNumber a, SiteNumber b, double factor);
  void connections_change_by(const Fault* fault) { cutting_ = fault; }  // the next change of connections is this fault's
  void connections_changed();
  double start_time() const { return costs_.start; }

  // What operators do. A reason why not, when the rules refuse it and nothing changes; else empty. `cause` is what the users whom
  // it displaces are back after.
  using Refusal = std::string;
  Refusal drain(const NodeId& node);
  Refusal why_no_activation(const NodeId& node) const;
  Refusal activate(const NodeId& node);
  Refusal swap(const PoolId& pool);  // active and standby servers change places
  Refusal set_active(const PoolId& pool, const Names& names, const Fault& cause);
  Refusal fail_over(const PoolId& front_end, const PoolId& to, const Fault& cause);
  Refusal fail_back(const PoolId& front_end, const Fault& cause);
  Refusal work_on_secondary(const PoolId& pool, bool share_survives, bool with_mirror);  // pool state FailedOver
  Refusal work_on_principal(const PoolId& pool, bool with_mirror);                       // pool state Normal
  // From the last backup; work on it began at that date.
  Refusal why_no_restore(const PoolId& pool) const;
  Refusal restore(const PoolId& pool, double begun);
  // At the databases of which the machine is a partner: at all of them or, when one refuses, at none.
  Refusal make_principal(const NodeId& node);
  Refusal force_service(const NodeId& node);
  Refusal suspend_mirroring(const NodeId& node);
  Refusal resume_mirroring(const NodeId& node);
  Refusal why_no_new_mirror(const NodeId& node) const;
  void copy_for_mirror(const NodeId& node);              // a full copy of the principal begins
  Refusal new_mirror(const NodeId& node, double begun);  // it has arrived
  double copy_time(const NodeId& mirror) const;
  Refusal copy_for_secondary(const NodeId& node);           // a full copy begins; a reason when it cannot
  Refusal new_secondary(const NodeId& node, double begun);  // a full copy that began at that date is done
  double secondary_copy_time(const NodeId& node) const;
  double restore_time(const PoolId& pool) const;
  bool is_chat_server(const NodeId& node) const;

  // What a runbook's steps depend on, as far as it is known here and now.
  Situation situation(const PoolId& pool) const;
  rules::SiteLoss log_waiting(const PoolId& pool, bool share_survives) const;
  void enter(LogbookEntry entry) { logbook_.push_back(std::move(entry)); }

  static void handle(void* model, const Event& event) { static_cast<ChatModel*>(model)->dispatch(event); }

private:
  // What an event is about; `place` is a pool or a server, `subject` a job, a user or a room class, as said.
  enum class Kind : std::uint16_t {
    window_ends,
    second_begins,      // subject: the second
    sends,              // subject: job
    reaches_front_end,  // subject: job
    front_end_done,     // subject: job
    gate_done,          // subject: job
    reaches_server,     // subject: job
    cpu_done,           // subject: job
    reaches_database,   // subject: job
    database_done,      // subject: job
    log_flushed,        // place: pool, subject: life of the database
    answered,           // subject: job
    fan_out_arrives,    // subject: job
    delivered,          // subject: job; only with FanOut::exact
    posts,              // place: pool, subject: room class
    opens_room,         // place: pool
    searches,           // place: pool
    restarts,           // place: pool
    comes,              // place: pool
    leaves,             // place: pool
    signs_in,           // place: pool, subject: user
    roster_due,         // place: pool
    compliance_stored,  // place: server, subject: life of the compliance database
    times_out,          // subject: job
    database_due,       // place: database, subject: what its session waited for
    database_noticed,   // place: server, subject: life of the database
    database_login,     // place: server, subject: login
    commit_times_out,   // place: pool, subject: job
    log_copied,         // place: pool
    cluster_due,        // place: cluster, subject: what it waited for
  };
  static constexpr std::array<std::string_view, 30> kind_names{"window ends",
                                                               "second begins",
                                                               "sends",
                                                               "reaches front end",
                                                               "front end done",
                                                               "gate done",
                                                               "reaches server",
                                                               "cpu done",
                                                               "reaches database",
                                                               "database done",
                                                               "log flushed",
                                                               "answered",
                                                               "fan-out arrives",
                                                               "delivered",
                                                               "posts",
                                                               "opens room",
                                                               "searches",
                                                               "restarts",
                                                               "comes",
                                                               "leaves",
                                                               "signs in",
                                                               "roster due",
                                                               "compliance stored",
                                                               "times out",
                                                               "database due",
                                                               "database noticed",
                                                               "database login",
                                                               "commit times out",
                                                               "log copied",
                                                               "cluster due"};
  static constexpr std::size_t kinds = kind_names.size();

  using Role = chat::Role;
  using Job = chat::Job;
  using Server = chat::Server;
  using FrontEnd = chat::FrontEnd;
  using DatabaseMachine = chat::DatabaseMachine;
  using DatabaseHost = chat::DatabaseHost;
  using ManagedDatabase = chat::ManagedDatabase;
  using Session = chat::Session;
  using Pool = chat::Pool;
  using Loss = chat::Loss;
  using LinkRecord = chat::LinkRecord;
  static constexpr std::uint16_t nowhere_at_all = chat::nowhere_at_all;

  // Assembly.
  void add_front_ends();
  void add_links();
  void add_clusters();
  void add_pool(const ChatPool& pool, Count users);
  Server make_server(const ChatPool& pool, const NodeId& name, bool active);
  DatabaseHost make_database(const ChatPool& pool);
  DatabaseMachine make_database_machine(const ChatPool& pool, const NodeId& name, bool recorded);
  void manage_databases(std::uint16_t pool_number, const ChatPool& pool);
  DatabaseSession open_session(std::uint16_t number, const ChatPool& pool, const Database& database);
  DatabaseSession::Settings session_settings(const ChatPool& pool, const Database& database) const;
  void set_arrivals(Pool& pool, double share);
  void connect_users(std::uint16_t pool_number, UserNumber count);  // the first so many
  void sign_everybody_in(std::uint16_t pool_number);
  void start_arrivals(std::uint16_t pool_number);
  void begin_day(std::uint16_t pool_number);

  // Dispatch.
  void dispatch(const Event& event);
  void dispatch_arrival(Kind kind, const Event& event);
  double now() const { return plane_->now(); }
  void after(double delay, Kind kind, std::uint32_t subject, std::uint16_t place = 0) {
    plane_->schedule({plane_->now() + delay, subject, static_cast<std::uint16_t>(kind), place});
  }
  void sends_after(double delay, JobId number);  // a client waits, perhaps for long
  void second_begins(std::uint32_t second);
  // The next of a Poisson stream with that mean time between two, which follows the curve of the day.
  void next_arrival(double gap, Kind kind, std::uint32_t subject, std::uint16_t pool_number);
  JobId new_job();
  void free_job(JobId number) {
    jobs_[number].in_flight = false;
    free_jobs_.push_back(number);
  }
  // One way of a message that is sent now, between two sites or within one; a lost packet of it is sent again.
  double trip(SiteNumber a, SiteNumber b) {
    const double there = a == b ? platform_.latency(a, b) : platform_.latency(a, b) + onto_link(a, b, 1);
    const Platform::Losses& losses = platform_.losses(a, b);
    if (losses.share.of_one <= 0) return there;
    return there + rules::retransmission_delay(losses.share, losses.timeout, network_.uniform()).count();
  }
  // Until so many messages have left a site.
  double onto_link(SiteNumber from, SiteNumber to, double messages) {
    return platform_.wire(from, to).transmit(messages * costs_.message_bytes, plane_->now());
  }
  double log_bytes(std::uint64_t rows) const {
    constexpr double per_row_byte = 1.5;  // assumption O-4
    return static_cast<double>(rows) * workload_.row.count * per_row_byte;
  }
  double random_work(double mean) { return services_.exponential(mean); }

  // The path of a request.
  void send(JobId number);   // now, from the client
  void sends(JobId number);  // a client that waited, unless its attempt is void by now
  void reaches_front_end(JobId number);
  void start_front_end(JobId number);
  void front_end_done(JobId number);
  void reaches_server(JobId number);
  void use_cores(JobId number);
  void start_cores(JobId number);
  void cpu_done(JobId number);
  void reaches_database(JobId number);
  void start_database(JobId number);
  void database_done(JobId number);
  void answered(JobId number);
  void refuse(JobId number);
  void lose(JobId number);
  void release_worker(Server& server);
  void queue_changed(Server& server);
  bool stale(const Job& job) const;
  bool stale_attempt(const Job& job) const { return job.user_epoch != pools_[job.pool].sessions[job.user].epoch; }
  double to_client(const Job& job);  // latency from the job's server to its user
  double front_end_background(const FrontEnd& front_end) const;
  bool cut_off(const Job& job) const;  // the Front End pool that it came through is lost
  void unreachable(JobId number);      // there is no Front End to take it
  void gone(JobId number);             // its server has no answer for it any more
  void get_stuck(JobId number);        // its server hangs: the client waits in vain
  void times_out(JobId number);

  // Operations of users.
  JobId new_operation(std::uint16_t pool, UserNumber user, Operation operation, Command command);
  void opens_room(std::uint16_t pool_number);
  void searches(std::uint16_t pool_number);
  void restarts(std::uint16_t pool_number);
  void signs_out(std::uint16_t pool_number, UserNumber user);

  // Sessions.
  void wants_in(std::uint16_t pool_number, UserNumber user, double delay);
  void stops_waiting(Pool& pool, UserNumber user);
  void signed_out(const Job& job, double delay);  // back in after a restart, unless the day is over
  void leave_loss(Session& session);
  void next_comes_or_leaves(std::uint16_t pool_number);
  void comes(std::uint16_t pool_number);
  void leaves(std::uint16_t pool_number);
  void reaches_gate(JobId number);
  void gate_done(JobId number);
  void admitted(JobId number);
  void next_sign_in_command(JobId number, double answered_at);
  Command sign_in_command(const Job& job) const;
  void endpoint_signed_in(JobId number, double answered_at);
  void connected(std::uint16_t pool_number, UserNumber user);
  std::int16_t open_loss(std::uint16_t pool_number, const Fault* fault, const std::string& what);
  void displace(std::uint16_t pool_number, UserNumber user, std::int16_t loss, LossKind kind);
  // All users of the pool who are connected or signing in: those of one server, or all.
  void displace_all(std::uint16_t pool_number, std::optional<std::uint16_t> server, std::int16_t loss, LossKind kind);
  void note_who_is_back(Loss& loss);

  // Posts.
  void posts(std::uint16_t pool_number, std::size_t room_class);
  void append_to_log(JobId number);
  void start_flush(std::uint16_t pool_number);
  void log_flushed(std::uint16_t pool_number, std::uint32_t epoch);
  void fan_out(Job post);
  void fan_out_arrives(JobId number);
  double start_fan_out(JobId number);  // returns its service time
  void fan_out_done(JobId number);
  void delivered(JobId number, double at);
  double notice_trip(const Job& job);  // from the server's cores to an endpoint
  bool tells_another_site(const Job& job) const;
  void record_deliveries(const Job& job, double first, std::uint32_t told);

  // Databases.
  void apply_to_databases(const std::function<void(DatabaseSession&)>& change, LossKind kind = LossKind::reset);
  void apply_to_database(std::uint16_t number, const std::function<void(DatabaseSession&)>& change,
                         LossKind kind = LossKind::reset);
  void database_gone(ManagedDatabase& managed, LossKind kind);
  void break_connections(Pool& pool);
  void lose_compliance_batches(ManagedDatabase& managed);
  void database_serves(ManagedDatabase& managed, rules::Member partner);
  void strand(JobId number);
  void reject(JobId number);
  void database_noticed(std::uint16_t number, std::uint32_t epoch);
  void begin_login(std::uint16_t number);
  void database_login(std::uint16_t number, std::uint32_t epoch);
  void set_connection(Server& server, bool works);
  void go_on_with_flush(std::uint16_t pool_number);
  double flush_time(std::uint16_t pool_number);
  void record_database(ManagedDatabase& managed);
  void expect_log_copy(std::uint16_t pool_number);
  void log_copied(std::uint16_t pool_number);
  bool reaches_secondary(const Pool& pool) const;  // whoever serves, or did so last
  void stop_cut_copies();
  void note_backups(Pool& pool);
  rules::LogShippingPlan shipping_plan(const Pool& pool) const;
  Bandwidth log_rate(const Pool& pool, double at) const;
  std::vector<rules::LogBackup> log_backups(const Pool& pool, double at) const;
  // The sites that a pool's log backups go from and to.
  std::pair<SiteNumber, SiteNumber> shipping_route(const ChatPool& pool) const;
  const NodeId& secondary_of(const Pool& pool) const;  // of a pool whose log is shipped
  static bool has_shipped_copy(const Pool& pool);      // that operators can turn to
  Refusal why_no_new_secondary(const NodeId& node) const;
  double served_until(const Pool& pool) const;  // now, or when the content database went
  std::uint64_t posts_kept(const Pool& pool, double at, bool share_survives, std::string& since) const;
  void lose_posts(Pool& pool, std::uint64_t posts);
  void settle_losses(Pool& pool, bool share_survives);
  Bytes database_size(const Pool& pool) const;
  Pool* find_pool(const PoolId& name);
  const Pool* find_pool(const PoolId& name) const;
  using Test = std::function<bool(const DatabaseSession&)>;
  using Reason = std::function<std::string_view(const DatabaseSession&)>;
  std::vector<std::uint16_t> databases_of(const NodeId& node, const Test& already) const;
  Refusal refusal(const NodeId& node, const std::vector<std::uint16_t>& databases, const Reason& why_not) const;
  Refusal command(const NodeId& node, const std::vector<std::uint16_t>& databases, const Reason& why_not,
                  const std::function<void(DatabaseSession&)>& apply);
  static bool is_there(const DatabaseSession& session, const NodeId& node);
  std::vector<std::uint16_t> without(const NodeId& node) const;  // databases that it is to mirror
  bool waits_with_copy(const Pool& pool, const NodeId& node) const;
  bool lost_since(const NodeId& node, double date) const;
  void begin_session(Pool& pool, const Database& database, bool with_mirror);
  void databases_reached();
  void database_out_of_reach(std::uint16_t server);
  void database_back_in_reach(std::uint16_t server);
  void watch_load(std::uint16_t number);
  void watch_posts(std::uint32_t second);
  bool reaches(const Server& server, const NodeId& machine) const;
  void hang_instance(const NodeId& node);
  void instance_goes_on(const NodeId& node);
  void hung_instance_lost(const NodeId& node, LossKind kind);
  bool commit_hangs(const Pool& pool) const;
  void expect_commit(JobId number);
  void commit_times_out(JobId number, std::uint16_t pool_number);

  // SQL Server instances.
  InstanceCluster* find_cluster(const NodeId& instance);
  bool connected(const NodeId& a, const NodeId& b) const;  // two machines, or the machines that run two instances
  void instance_lost(const NodeId& name, LossKind kind);
  void instance_returned(const NodeId& name);
  void change_cluster(InstanceCluster& cluster, const std::function<void()>& change, LossKind kind);
  void destroy_storage(const InstanceCluster& cluster, const Fault& fault);
  // What has become of an instance that does not run.
  Refusal why_away(const NodeId& instance) const;
  void nodes_lost(const NodeId& machine, const Fault* fault, LossKind kind);
  void nodes_returned(const NodeId& machine);
  void cluster_due(std::uint16_t number, std::uint32_t subject);
  void destroy_disks(const NodeId& instance);
  bool is_exposed(const ManagedDatabase& managed);

  // Files.
  void record_files();
  bool files_reached(const FrontEnd& front_end) const;
  void files_change();

  // Notices.
  void roster_changes(std::uint16_t pool_number, UserNumber user);
  void roster_due(std::uint16_t pool_number);
  void comply(Server& server, std::uint64_t events);
  void drain_compliance(Server& server);
  void start_compliance(std::uint16_t server_number);
  void compliance_stored(std::uint16_t server_number, std::uint32_t epoch);

  // Operations of faults and operators.
  Server* find_server(const NodeId& node);
  void for_database_machine(const NodeId& node, const std::function<void(DatabaseMachine&)>& change);
  void lose_server(Server& server, const Fault* fault);
  void lose_disks(const NodeId& node);
  std::string unique_label(std::uint16_t pool, const std::string& label) const;
  void lose_queue(Server& server);
  void clear_stations(Server& server);
  void empty_server(Server& server, std::int16_t loss, LossKind kind);
  void update_accepts(const Server& server);
  void update_reachable(Server& server, const Fault* fault);
  FrontEnd* front_end_of(const NodeId& machine);
  void front_end_machine_changes(FrontEnd& front_end, const NodeId& machine, bool up);
  void front_end_lost(FrontEnd& front_end, const Fault* fault);
  void route_to(std::size_t pool, std::size_t front_end, const Fault& fault, const std::string& what);
  void count_core_seconds(FrontEnd& front_end);

  // Windows.
  void window_ends();
  void close_window(double begin, double end);
  void close_links(double begin, double end);
  void close_server(Server& server, double begin, double end);

  const Scenario& scenario_;
  const Workload& workload_;
  RunOptions options_;
  Platform& platform_;
  Costs costs_;
  Recorder recorder_;
  RequestPlane* plane_ = nullptr;
  LongWaits long_waits_;
  DatabaseOutages outages_;

  std::vector<FrontEnd> front_ends_;
  std::vector<Pool> pools_;
  std::vector<Server> servers_;
  std::vector<ManagedDatabase> databases_;
  std::vector<InstanceCluster> clusters_;
  std::vector<Job> jobs_;
  std::vector<JobId> free_jobs_;
  std::vector<Loss> losses_;
  std::vector<LinkRecord> links_;
  bool files_recorded_ = false;
  bool files_destroyed_ = false;
  std::vector<LogbookEntry> logbook_;
  std::unordered_map<std::string, const Fault*> expected_;
  const Fault* cutting_ = nullptr;
  std::map<NodeId, LossKind> down_;  // machines and SQL Server instances, and how they went
  std::set<NodeId> machines_lost_;
  std::set<NodeId> disks_away_;  // SQL Server instances whose disks are lost now
  std::map<NodeId, double> last_lost_;
  std::set<NodeId> without_disks_;  // destroyed, and what they hold has not been brought back since
  std::set<NodeId> hung_;           // SQL Server instances that answer pings only
  double window_begin_ = 0;
  std::optional<DayCurve> day_;
  double activity_ = 1;  // of this second
  std::array<std::uint64_t, kinds> handled_{};

  RandomStream services_;
  RandomStream arrivals_;
  RandomStream clients_;
  RandomStream network_;
  RandomStream day_changes_;
};

}  // namespace poolcast::sim
