package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.RollbackPreview;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ProjectReading;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands share that change what serves. */
abstract class ModelsChange extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail; asked for on a terminal.")
    @Nullable String reason;

    /** The reason given, or the answer to a question; without a terminal a missing one is an error. */
    String reason(Session session) {
        String given = reason;
        if (given == null && session.terminal().in() && session.terminal().err()) {
            session.err().print("Why? ");
            session.err().flush();
            try {
                given = new BufferedReader(new InputStreamReader(session.in(), Charset.defaultCharset())).readLine();
            } catch (IOException e) {
                throw new KeelsonException(ErrorCode.USAGE, "The answer cannot be read.", "Maybe use --reason.", e);
            }
        }
        if (given == null || given.isBlank()) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "A reason is needed: it stays in the audit trail.", "Maybe add --reason \"...\".");
        }
        return given.strip();
    }

    static String actor(Session session) {
        return actor(session.environment());
    }

    /** Who runs the command, for the audit trail. */
    static String actor(Map<String, String> environment) {
        String user = environment.getOrDefault("USER", "");
        return user.isBlank() ? "command line" : user;
    }

    /** The number of a version: {@code 3} or {@code v3}. */
    static int number(String version) {
        String digits = version.toLowerCase(Locale.ROOT).startsWith("v") ? version.substring(1) : version;
        if (!digits.matches("[0-9]{1,9}")) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The version (%s) is no number such as 3 or v3.".formatted(version), null);
        }
        return Integer.parseInt(digits);
    }

    static void tell(Session session, JsonNode promotion) {
        String label = "%s v%d".formatted(promotion.path("model").asText(), promotion.path("version").asInt());
        Console console = session.console();
        if (promotion.path("serves").asBoolean()) {
            console.line("%s serves now.".formatted(label));
        } else {
            console.line("%s meets its policy and waits for a person.".formatted(label));
            console.note("Somebody else answers with `keelson models approve %s %d --reason ...`, or `reject`."
                    .formatted(promotion.path("model").asText(), promotion.path("version").asInt()));
        }
        console.document((ObjectNode) promotion);
    }

    /** {@code keelson models promote}. */
    @Command(
            name = "promote",
            description = "Let a version serve when its policy is met; exit code 1 when that is refused.",
            footer = "Where the policy asks for a person, the version waits for one: `keelson models approve`.")
    static final class Promote extends ModelsChange {
        @Parameters(index = "1", arity = "0..1", paramLabel = "VERSION", description = NamedVersion.WORDS)
        @Nullable String version;

        @Option(
                names = "--force",
                description = "Let it serve even when its policy refuses or nobody agreed; the audit trail says so.")
        boolean force;

        @Override
        int run(Session session) {
            Project project = session.project();
            NamedVersion named = NamedVersion.of(project, model, version);
            NamedVersion.requireModel(project, named.model());
            int number = named.number();
            String why = reason(session);
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                JsonNode answered = live.promote(new Governance.Request(named.model(), number, actor(session), why, force));
                live.goOn(named.model());
                tell(session, answered);
            }
            return YES;
        }
    }

    /** {@code keelson models approve}. */
    @Command(
            name = "approve",
            description = "Agree to a promotion that waits for a person; exit code 1 when its policy is not met any more.",
            footer = "Who asked for it cannot agree. `keelson status` lists what waits.")
    static final class Approve extends ModelsChange {
        @Parameters(index = "1", arity = "0..1", paramLabel = "VERSION", description = NamedVersion.WORDS)
        @Nullable String version;

        @Override
        int run(Session session) {
            Project project = session.project();
            NamedVersion named = NamedVersion.of(project, model, version);
            NamedVersion.requireModel(project, named.model());
            int number = named.number();
            String why = reason(session);
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                JsonNode answered = live.approve(named.model(), number, actor(session), why);
                live.goOn(named.model());
                tell(session, answered);
            }
            return YES;
        }
    }

    /** {@code keelson models reject}. */
    @Command(
            name = "reject",
            description = "Refuse a promotion that waits for a person; the version is archived.")
    static final class Reject extends ModelsChange {
        @Parameters(index = "1", arity = "0..1", paramLabel = "VERSION", description = NamedVersion.WORDS)
        @Nullable String version;

        @Override
        int run(Session session) {
            Project project = session.project();
            NamedVersion named = NamedVersion.of(project, model, version);
            NamedVersion.requireModel(project, named.model());
            int number = named.number();
            String why = reason(session);
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                JsonNode answered = live.reject(named.model(), number, actor(session), why);
                live.goOn(named.model());
                session.console().line("%s v%d is rejected.".formatted(named.model(), number));
                session.console().document((ObjectNode) answered);
            }
            return YES;
        }
    }

    /** {@code keelson models rollback}. */
    @Command(
            name = "rollback",
            description = "Let an earlier version serve again: the one before the champion, or any other.",
            footer = {
                "With --dry-run it tells what would change. It is undone by going back to the version that served.",
                "A version that never served comes in by the policy of promotions, or by --force."
            })
    static final class Rollback extends ModelsChange {
        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "VERSION",
                description = {NamedVersion.WORDS, "Without one: the version that served before."})
        @Nullable String version;

        @Option(names = "--dry-run", description = "Tell what would change, and change nothing.")
        boolean dryRun;

        @Option(names = "--force", description = "Let in a version that never served without asking its policy.")
        boolean force;

        @Override
        int run(Session session) {
            Project project = session.project();
            NamedVersion named = NamedVersion.of(project, model, version);
            NamedVersion.requireModel(project, named.model());
            Integer number = named.version();
            if (dryRun) {
                try (ProjectReading state = ProjectReading.open(project)) {
                    RollbackPreview preview = state.governance(session.clock()).preview(named.model(), number);
                    RollbackTables.tell(session.console(), preview);
                    session.console().document(preview.toJson());
                }
                return YES;
            }
            String why = reason(session);
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                JsonNode back = live.rollback(named.model(), number, actor(session), why, force);
                session.console().line("%s v%d serves now.".formatted(named.model(), back.path("version").asInt()));
                session.console().note("To undo it: %s".formatted(back.path("rollback").path("undo").asText()));
                session.console().document((ObjectNode) back);
            }
            return YES;
        }
    }
}
