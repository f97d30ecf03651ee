package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.PolicyHtml;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.PolicyRequest;
import dev.keelson.wiring.LiveProject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson policy}. */
@Command(
        name = "policy",
        description = "What other ways to retrain would have brought.",
        subcommands = PolicyCommand.Compare.class)
final class PolicyCommand extends CommandGroup {

    /** {@code keelson policy compare}. */
    @Command(
            name = "compare",
            description = "Compare policies of retraining over history, by one matrix of what every model lost in every period.",
            footer = "What has been trained or compared before is not done again; the same command goes on where a stopped one ended.")
    static final class Compare extends KeelsonCommand {
        @Mixin
        PolicyOptions options = new PolicyOptions();

        @Option(
                names = "--policies",
                paramLabel = "NAMES",
                split = ",",
                description = "Those to compare, separated by commas (default: all): this_policy, schedule, every_tick,"
                        + " every_3_ticks, drift_RULE, performance, any_version. Never retraining is always among them.")
        List<String> policies = new ArrayList<>();

        @Option(
                names = "--changes",
                paramLabel = "FILE",
                description = "Days on which the world is known to have changed, one a line: alarms are judged by them.")
        @Nullable Path changes;

        @Option(names = "--out", paramLabel = "FILE", description = "Write a page with pictures, for one model alone.")
        @Nullable Path out;

        @Override
        int run(Session session) {
            Path file = changes;
            List<PolicyRequest> requests = options.requests(
                    session.project(), policies, file == null ? null : session.base().resolve(file));
            Path page = out;
            if (page != null && requests.size() > 1) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "--out writes a page about one model, and the project has %d.".formatted(requests.size()),
                        "Maybe add --model %s.".formatted(requests.getFirst().model()));
            }
            ObjectNode document = Catalogued.object();
            ArrayNode models = document.putArray("models");
            for (PolicyRequest request : requests) {
                JsonNode result = ask(session, request, false);
                models.add(result);
                show(session.console(), result);
                if (page != null) {
                    write(session.base().resolve(page), PolicyHtml.page(result));
                }
            }
            session.console().document(document);
            return YES;
        }

        private static void show(Console console, JsonNode result) {
            console.note("%s, %s to %s: %d models, %d steps, %s events."
                    .formatted(
                            result.path("model").asText(),
                            result.path("from_day").asText(),
                            result.path("to_day").asText(),
                            result.path("models").asInt(),
                            result.path("periods").asInt(),
                            String.format(Locale.ROOT, "%,d", result.path("events").asLong())));
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode policy : result.path("policies")) {
                JsonNode gain = policy.path("against_never");
                rows.add(List.of(
                        policy.path("policy").asText(),
                        number(policy.path("loss")),
                        gain.isObject()
                                ? "%s [%s, %s]"
                                        .formatted(
                                                number(gain.path("gain")), number(gain.path("lower")), number(gain.path("upper")))
                                : "",
                        gain.isObject() ? String.format(Locale.ROOT, "%.3f", gain.path("p").asDouble()) : "",
                        number(policy.path("regret")),
                        policy.path("money").isNumber() ? String.format(Locale.ROOT, "%.1f", policy.path("money").asDouble()) : "",
                        policy.path("retrains").asText(),
                        "%s (%s false)"
                                .formatted(policy.path("promotions").asText(), policy.path("false_promotions").asText()),
                        String.format(Locale.ROOT, "%.0f %%", 100 * policy.path("stale_share").asDouble())));
            }
            console.table(
                    List.of("POLICY", "LOSS", "GAIN ON NEVER", "P", "REGRET", "MONEY", "RETRAINED", "PROMOTED", "STALE"), rows);
            result.path("verdict").forEach(sentence -> console.note(sentence.asText()));
            console.note("Money: " + result.path("money_is").asText());
            console.note("Drift: " + result.path("drift_looks_at").asText());
        }
    }

    private static String number(JsonNode value) {
        return value.isNumber() ? Texts.number(value.asDouble()) : "";
    }

    static JsonNode ask(Session session, PolicyRequest request, boolean advise) {
        ProgressLine progress = session.progress(advise ? "advise" : "policy");
        String again = advise ? "`keelson advise schedule`" : "`keelson policy compare`";
        try (LiveProject live = LiveProject.open(session.project(), session.clock());
                Interruption _ = Interruption.saying(
                        session, "Interrupted. What has been trained is kept; the same %s goes on from there.".formatted(again))) {
            return live.policies(request, advise, (done, of) -> progress.at(done, of, request.model()));
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.NOT_WRITABLE,
                    "The file (%s) cannot be written: %s.".formatted(file, e.getMessage()),
                    "Maybe its folder is missing.",
                    e);
        }
    }
}
