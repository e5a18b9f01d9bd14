#pragma once
/// How the simulated nodes are put together. Every switch that is off is a mutant: a node that is
/// wired wrongly, and that the checks must catch.
namespace recado::simulation {

struct wiring {
  bool fence = true;               ///< a commit of a deposed owner fails
  bool answer_after_commit = true; ///< nobody hears of what is not committed
  bool dedupe = true;              ///< the pre-read looks for what was decided before
  bool look_again = true;       ///< … also for what cannot be there, once its commit has failed
  bool inbox_first = true;      ///< a partition's inbox is decided before its stream
  bool resume_at_cursor = true; ///< a new owner reads from the cursor, not from where it likes
  bool examine_places = true;   ///< a lane goes on only if its place was found unchanged
  bool tell_gaps = true;        ///< a lost delivery is noticed
  bool doubt_unknown = true;    ///< a commit that nobody answered has not succeeded
  bool raise_epochs = true;     ///< … and cannot succeed later
  bool cursor_waits = true;     ///< the cursor moves over what is decided only
};

} // namespace recado::simulation
