// What the node tells of itself: figures for /metrics and the status page, records for a run folder. The chat and the store hand
// it what happened; once a second it looks at the machine.
#pragma once

#include <memory>
#include <optional>

#include "reference-server/chat/port.hpp"
#include "reference-server/files/watcher.hpp"
#include "reference-server/net/connection.hpp"
#include "reference-server/ops/host_figures.hpp"
#include "reference-server/ops/log.hpp"
#include "reference-server/ops/measurements.hpp"
#include "reference-server/ops/recording.hpp"
#include "reference-server/ops/registry.hpp"
#include "reference-server/ops/status.hpp"
#include "reference-server/serve/settings.hpp"
#include "reference-server/sip/endpoint.hpp"
#include "reference-server/store/config.hpp"

namespace poolcast::serve {

class Monitor : public chat::Watcher, public files::Watcher {
public:
  // Throws io::ConfigError when the run folder must not be written.
  Monitor(const Settings& settings, ops::Log& log);

  void performed(const chat::Performed& performed) override;
  void fanned_out(std::size_t recipients, std::size_t bytes, double began_s, double ended_s) override;
  void roster_sent(std::size_t notices) override;
  bool measures_cpu_now() override { return measurements_.take_cpu_now(); }
  double cpu_s() override;
  void served(const files::Served& call) override;
  void used_disk(const files::DiskUse& use) override;
  void served(const sip::Served& request);
  void shook_hands(const net::Handshake& handshake);
  void committed(const store::CommitMeasured& commit);
  void called(const store::CallMeasured& call);

  // Once a second.
  void tick(std::uint64_t posts, std::uint64_t copies);
  void finish();  // writes the run folder, when there is one

  ops::Registry& registry() { return registry_; }
  double posts_per_s() const { return posts_.per_s(); }
  double copies_per_s() const { return copies_.per_s(); }

private:
  ops::Log& log_;
  ops::Registry registry_;
  std::unique_ptr<ops::Recording> recording_;
  ops::Measurements measurements_;
  ops::Counter& roster_notices_;
  ops::Sampler sampler_;
  ops::HostFigures host_;
  ops::RecentRate posts_, copies_;
};

}  // namespace poolcast::serve
