// What concerns one person only: server information, invitations, preferences, file tokens.
#include "reference-server/chat/names.hpp"
#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

void Service::request_node(const Asked& asked) {
  const std::string node = port_.next_node();
  if (node.empty()) return reply_plain(asked, 503, "No chat server takes new sessions now.");
  std::string out;
  proto::append_node(out, head(asked), node);
  port_.send(asked.session, out);
  done(asked, 200);
}

void Service::server_info(const Asked& asked, const proto::GetServerInfo& command) {
  const std::string root = wire_guid(store::CategoryId{0});
  std::string out;
  proto::append_server_info(out, head(asked),
                            {.info_type = command.info_type,
                             .server_time = port_.now().utc,
                             .search_limit = config_.search_limit,
                             .message_size_limit = static_cast<std::uint32_t>(config_.message_bytes),
                             .story_size_limit = static_cast<std::uint32_t>(config_.story_bytes),
                             .root = {config_.domain, root},
                             .database_version = config_.database_version,
                             .display_name = config_.display_name,
                             .management_url = {}});
  port_.send(asked.session, out);
  done(asked, 200);
}

void Service::invitations(const Asked& asked, const proto::GetInvitations& command) {
  const store::PrincipalId user = find(asked.session)->person.id;
  port_.invitations(
      user, static_cast<std::int64_t>(command.after_id),
      later<std::vector<store::Invitation>>(asked, [this](const Asked& back, const Result<std::vector<store::Invitation>>& rows) {
        const Session* const session = find(back.session);
        if (session == nullptr) return;
        if (!rows) return reply_error(back, rows.error());
        std::vector<proto::Invitation> invitations;
        for (const store::Invitation& row : *rows) {
          const LiveRoom* const room = rooms_.find(row.room);
          if (room == nullptr || !rights(*room, session->person).enter) continue;
          invitations.push_back({static_cast<std::uint64_t>(row.id),
                                 {config_.domain, room->guid},
                                 room->room.name,
                                 view(row.by).uri,
                                 proto::UtcTime{std::chrono::milliseconds{row.sent_ms}}});
        }
        std::string out;
        proto::append_invitations(out, head(back), invitations);
        port_.send(back.session, out);
        done(back, 200);
      }));
}

void Service::preference(const Asked& asked, const proto::GetPreference& command) {
  const store::PrincipalId user = find(asked.session)->person.id;
  port_.preference(
      user, command.label,
      later<std::vector<store::Preference>>(asked, [this, label = command.label, create = command.create_default](
                                                       const Asked& back, const Result<std::vector<store::Preference>>& rows) {
        if (find(back.session) == nullptr) return;
        if (!rows) return reply_error(back, rows.error());
        if (rows->empty() && !create) return reply_plain(back, 404, "There is no such preference.");
        proto::Preference answer{label, 0, {}};
        if (!rows->empty()) {
          answer.seqid = static_cast<std::uint64_t>(rows->front().seqid);
          answer.content = rows->front().content;
        }
        std::string out;
        proto::append_preference(out, head(back), answer);
        port_.send(back.session, out);
        done(back, 200);
      }));
}

void Service::set_preference(const Asked& asked, const proto::SetPreference& command) {
  constexpr std::size_t longest_label = 256;
  constexpr std::size_t longest_content = std::size_t{64} * 1024;
  if (command.label.empty() || command.label.size() > longest_label || command.content.size() > longest_content)
    return reply_plain(asked, 413, "A preference has a label of 1 to 256 bytes and a content of at most 64 KiB.");
  store::Preference row{find(asked.session)->person.id, command.label, command.content, static_cast<std::int64_t>(command.seqid)};
  port_.set_preference(std::move(row),
                       later<store::Preference>(asked, [this](const Asked& back, const Result<store::Preference>& saved) {
                         if (find(back.session) == nullptr) return;
                         if (!saved) return reply_error(back, saved.error());
                         reply_plain(back, 200);
                       }));
}

void Service::file_token(const Asked& asked, const proto::GetFileToken& command) {
  Asked reply = asked;
  reply.name = "getftok";  // one reply serves both directions
  const Person& person = find(asked.session)->person;
  const bool upload = command.direction == proto::GetFileToken::Direction::upload;
  LiveRoom* const room = is_ours(command.room) ? rooms_.find(command.room.guid) : nullptr;
  const Rights allowed = room == nullptr ? Rights{} : rights(*room, person);
  if (room == nullptr || (!allowed.see && !allowed.enter)) return reply_plain(reply, 404, "There is no such room.");
  if (upload ? !allowed.upload : !allowed.download) return reply_plain(reply, 403, "You may not do this in this room.");
  if (config_.file_service.empty()) return reply_plain(reply, 503, "This server keeps no files.");
  store::FileToken token;
  token.token = port_.random_guid();
  token.user = person.id;
  token.room = room->room.id;
  if (!upload) token.file = command.file;  // the file service names what is uploaded
  token.direction = upload ? store::FileDirection::upload : store::FileDirection::download;
  token.expires_ms = (port_.now().utc.time_since_epoch() + std::chrono::milliseconds(store::file_token_life)).count();
  port_.grant_file_token(
      token, later<Done>(reply, [this, guid = wire_guid(token.token)](const Asked& back, const Result<Done>& granted) {
        if (find(back.session) == nullptr) return;
        if (!granted) return reply_error(back, granted.error());
        std::string out;
        proto::append_file_token(out, head(back), guid, config_.file_service);
        port_.send(back.session, out);
        done(back, 200);
      }));
}
}  // namespace poolcast::chat
