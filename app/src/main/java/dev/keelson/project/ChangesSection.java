package dev.keelson.project;

import dev.keelson.control.policy.KnownChange;
import dev.keelson.error.ErrorCode;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code changes}: days on which the world is known to have changed. */
final class ChangesSection {
    private final Problems problems;

    ChangesSection(Problems problems) {
        this.problems = problems;
    }

    /** The changes, oldest first. */
    List<KnownChange> read(Table project) {
        List<KnownChange> changes = new ArrayList<>();
        Set<LocalDate> days = new HashSet<>();
        for (Value each : project.items("changes")) {
            Scalar at = each instanceof Table table ? table.scalar("at") : null;
            String what = each instanceof Table table ? table.text("what") : null;
            if (at == null || what == null) {
                continue; // its shape was told
            }
            try {
                LocalDate day = LocalDate.parse(at.text());
                if (!days.add(day)) {
                    problems.add(
                            ErrorCode.BAD_VALUE,
                            at.textLocation(),
                            "`changes` names the day %s twice".formatted(day),
                            "Maybe tell both in one `what`.");
                }
                changes.add(new KnownChange(day, what));
            } catch (DateTimeParseException e) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        at.textLocation(),
                        "`at` is `%s`, which is no day of the calendar".formatted(at.raw()),
                        "Maybe write it as in 2020-03-15.");
            }
        }
        changes.sort(Comparator.comparing(KnownChange::at));
        return changes;
    }
}
