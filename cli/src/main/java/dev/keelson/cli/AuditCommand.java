package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.GovernanceJson;
import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson audit}. */
@Command(
        name = "audit",
        description = "The audit trail: who changed what serves, when, why, on what evidence.",
        subcommands = {AuditCommand.Show.class, AuditCommand.Verify.class})
final class AuditCommand extends CommandGroup {

    /** {@code keelson audit show}. */
    @Command(name = "show", description = "Show the trail, newest first.")
    static final class Show extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "MODEL", description = "Of this model alone.")
        @Nullable String model;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many lines (default: 50).")
        int limit = 50;

        @Override
        int run(Session session) {
            if (limit < 1) {
                throw new KeelsonException(ErrorCode.USAGE, "--limit (%d) must be at least 1.".formatted(limit), null);
            }
            ObjectNode document = Catalogued.object();
            var list = document.putArray("audit");
            List<List<String>> rows = new ArrayList<>();
            try (ProjectReading state = ProjectReading.open(session.project())) {
                for (AuditEntry entry : state.audit(model, limit)) {
                    list.add(Catalogued.audit(entry));
                    rows.add(List.of(
                            Long.toString(entry.sequence()),
                            entry.at().toString(),
                            entry.action(),
                            entry.model(),
                            entry.version() == null ? "" : "v" + entry.version(),
                            entry.actor(),
                            entry.reason()));
                }
            }
            session.console().table(List.of("LINE", "WHEN", "WHAT", "MODEL", "VERSION", "WHO", "WHY"), rows);
            session.console().document(document);
            return YES;
        }
    }

    /** {@code keelson audit verify}. */
    @Command(
            name = "verify",
            description = "Whether the trail is whole: each line's hash follows from the line before; exit code 1 with the first"
                    + " line that does not.",
            footer = "The hash of the last line is worth noting elsewhere: with --head it proves that nothing before it was touched.")
    static final class Verify extends KeelsonCommand {
        @Option(
                names = "--head",
                paramLabel = "HASH",
                description = "A hash that was told earlier and must be of one of the lines.")
        @Nullable String head;

        @Override
        int run(Session session) {
            AuditChain.Verification found;
            try (ProjectReading state = ProjectReading.open(session.project())) {
                found = state.governance(session.clock()).verify(head);
            }
            session.console().document(GovernanceJson.verification(found));
            if (found.finding() != null) {
                session.console().line("The audit trail is broken: %s".formatted(found.finding()));
                return NO;
            }
            session.console().line("%s, whole. Last hash: %s".formatted(Texts.count(found.lines(), "line"), found.head()));
            return YES;
        }
    }
}
