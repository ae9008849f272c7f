// Availability of what can be written down as a small Markov chain: the oracle of the control plane's Monte Carlo.
#pragma once

#include <cstddef>
#include <vector>

#include "domain/units.hpp"
#include "sim/analytic/markov.hpp"

namespace poolcast::sim::analytic {

// One machine that fails and is repaired, both after exponential times.
struct MachineLife {
  Seconds between_failures{0};  // MTBF: from a repair to the next failure
  Seconds repair{0};            // MTTR
  double available() const { return between_failures / (between_failures + repair); }
};

// At least `needed` of `machines` independent ones are up: Σ C(n, i) A^i (1-A)^(n-i) for i from `needed` (any text on
// reliability; Barlow and Proschan, "Mathematical theory of reliability", 1965).
double k_of_n_available(unsigned needed, unsigned machines, double available);

// A mirrored database in high-safety mode, as a chain over who is up, whether the copy is synchronized, and whether the mirror is
// taking over. Served are: the principal with its mirror or its witness, or alone without a witness in the session. The mirror
// takes over when the principal is lost from full quorum while synchronized; whoever has lost quorum waits for the principal
// (SQL Server, "Quorum: How a Witness Affects Database Availability").
struct MirroredDatabase {
  MachineLife partner;
  MachineLife witness;
  bool has_witness = true;
  Seconds failover{0};       // from the loss of the principal to the mirror serving
  Seconds resynchronise{0};  // of a mirror that has come back
  Seconds forced{0};         // until operators force the mirror into service where nobody serves; 0: they do not
};
struct MirrorState {
  bool principal = true, mirror = true, witness = true;  // up
  bool synchronized = true;
  bool taking_over = false;
  auto operator<=>(const MirrorState&) const = default;
};
struct MirrorChain {
  std::vector<MirrorState> states;  // the first is where everything is well
  MarkovChain chain{1};
  std::vector<bool> served;
};
MirrorChain mirror_chain(const MirroredDatabase& database);
double available(const MirroredDatabase& database);                     // in the long run
double available_over(const MirroredDatabase& database, Seconds time);  // mean share of the time, when everything begins well

}  // namespace poolcast::sim::analytic
