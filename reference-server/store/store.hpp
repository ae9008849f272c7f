// The asynchronous face of the content database for a server with one io thread.
//
// Every operation takes a request and a completion. The completion is called exactly once, on the thread that post_back leads to,
// never inside the call itself. Requests of one kind complete in the order in which they were made. What cannot be done now
// completes with ErrorCode::unavailable: at once when a queue is full or the database is away, else within Limits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/result.hpp"
#include "reference-server/store/config.hpp"
#include "reference-server/store/directory.hpp"
#include "reference-server/store/message.hpp"
#include "reference-server/store/personal.hpp"
#include "reference-server/store/vault.hpp"

namespace poolcast::store {

// Called from the store's threads; must run the function soon on the io thread, in the order of the calls.
using PostBack = std::function<void(std::function<void()>)>;

template <class T>
using Completion = std::function<void(Result<T>)>;

class Store {
public:
  // Connects, checks that the database is durable, creates or upgrades its tables, opens the vault. Blocks.
  static Result<std::unique_ptr<Store>> open(Config config, const PostBack& post_back);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  Store(Store&&) = delete;
  Store& operator=(Store&&) = delete;
  // Finishes what has begun, refuses what waits. Completions posted back before it returns may still be run afterwards.
  ~Store();

  // Blocks: for the start, before the io thread serves anybody.
  Result<Directory> load_directory();
  Result<std::vector<EndpointRooms>> load_endpoints(std::int64_t not_older_than_ms);

  // --- posts and events: one writer, group commit ---------------------------------------------------------------------------
  // `in_doubt` errors may have been stored: a retry with the same key finds out. `not_found`: no such room.
  void append(Post post, Completion<Appended> done);
  void record(Event event, Completion<Done> done);

  // --- reads -----------------------------------------------------------------------------------------------------------------
  void history(HistoryQuery query, Completion<std::vector<Message>> done);
  void search(SearchQuery query, Completion<Found> done);
  void preferences(PrincipalId user, std::vector<std::string> labels, Completion<std::vector<Preference>> done);  // none: all
  void invitations(PrincipalId user, std::int64_t newer_than, Completion<std::vector<Invitation>> done);
  void file_token(Uuid token, std::int64_t now_ms, Completion<FileToken> done);  // not_found when unknown or expired
  void changes_since(std::int64_t revision, Completion<Directory> done);

  // --- changes: one writer of their own, many in one commit ------------------------------------------------------------------
  // All or none; what is new comes back, with the revision that holds it.
  void edit(std::vector<Edit> edits, Completion<Directory> done);
  void set_preference(Preference preference, Completion<Preference> done);  // seqid 0: one more than the stored
  void invite(Invitation invitation, Completion<Invitation> done);          // once per user and room: a repeat renews it
  void forget_invitation(RoomId room, PrincipalId user, Completion<Done> done);
  void grant_file_token(FileToken token, Completion<Done> done);
  void forget_file_token(Uuid token, Completion<Done> done);
  void save_endpoint(EndpointRooms endpoint, Completion<Done> done);  // the last of several waiting ones is stored

  // No database: opens what load_directory brought.
  Result<Secret> open_verifier(const Principal& user, VerifierKind kind) const;
  // For somebody who is not there: opens a seal of the same size, and fails.
  Result<Secret> open_nobodys_verifier(VerifierKind kind) const;

  // --- state, for /healthz and /metrics --------------------------------------------------------------------------------------
  bool available() const;  // posts are accepted
  std::size_t waiting_posts() const;
  Dialect dialect() const;

private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace poolcast::store
