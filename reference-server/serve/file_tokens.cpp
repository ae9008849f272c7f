#include "reference-server/serve/file_tokens.hpp"

#include "reference-server/chat/names.hpp"

namespace poolcast::serve {

namespace {

Error unknown_token() { return {ErrorCode::not_found, "The token is unknown or has expired."}; }

std::int64_t now_ms(Node& node) { return node.now().utc.time_since_epoch().count(); }

}  // namespace

void FileTokens::check(const std::string& token, std::function<void(Result<files::Grant>)> done) {
  store::Uuid uuid;
  if (!store::parse_uuid(token, uuid)) return node_.loop().post([done] { done(unknown_token()); });
  node_.store().file_token(uuid, now_ms(node_), [this, done](Result<store::FileToken> found) {
    if (!found) return done(found.error());
    const store::Principal* const user = node_.service().people().find(found->user);
    const auto room = node_.service().room_guid(found->room);
    // Who may not enter any more, or a room that went, takes the token along.
    const chat::Rights rights = node_.service().rights_of(found->user, found->room);
    const bool allowed = found->direction == store::FileDirection::upload ? rights.upload : rights.download;
    if (user == nullptr || !room || !allowed) return done(unknown_token());
    done(files::Grant{user->uri, *room,
                      found->direction == store::FileDirection::upload ? files::Direction::upload : files::Direction::download,
                      found->file, files::WallTime(std::chrono::milliseconds(found->expires_ms))});
  });
}

void FileTokens::bind(const std::string& token, const std::string& file, std::function<void(Result<Done>)> done) {
  store::Uuid uuid;
  if (!store::parse_uuid(token, uuid)) return node_.loop().post([done] { done(unknown_token()); });
  node_.store().file_token(uuid, now_ms(node_), [this, file, done](Result<store::FileToken> found) {
    if (!found) return done(found.error());
    if (!found->file.empty() && found->file != file) return done(Error{ErrorCode::conflict, "The token has its file already."});
    found->file = file;
    node_.store().grant_file_token(*found, done);
  });
}

void FileTokens::record(const std::string& token, const files::FileEvent& event, std::function<void(Result<Done>)> done) {
  store::Uuid uuid;
  const store::Principal* const user = node_.service().people().find_user(event.user);
  const auto room = node_.service().room_id(event.room);
  if (!store::parse_uuid(token, uuid) || user == nullptr || !room) return node_.loop().post([done] { done(unknown_token()); });
  const bool upload = event.direction == files::Direction::upload;
  const auto used_up = [this, uuid, upload, done](const Result<Done>& recorded) {
    if (!recorded) return done(recorded.error());
    if (!upload) return done(Done{});
    node_.store().forget_file_token(uuid, done);
  };
  if (!compliance_) return node_.loop().post([used_up] { used_up(Done{}); });
  node_.store().record({upload ? store::EventKind::file_upload : store::EventKind::file_download, *room, user->id, now_ms(node_),
                        event.file, false},
                       used_up);
}

}  // namespace poolcast::serve
