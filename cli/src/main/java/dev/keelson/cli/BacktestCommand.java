package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.BacktestRequest;
import dev.keelson.project.Project;
import dev.keelson.train.Backtest;
import dev.keelson.train.BacktestDefinition.Stake;
import dev.keelson.wiring.ProjectReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson backtest}. */
@Command(
        name = "backtest",
        description = "What a model's predictions of its test period would have earned, by its own stakes or others.",
        footer = "The predictions are those that the run kept, by members fitted before the test period; nothing is trained.")
final class BacktestCommand extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Option(names = "--run", paramLabel = "RUN", description = "A run, as `runs show` takes it (default: the champion's).")
    @Nullable String run;

    @Option(
            names = "--stake",
            paramLabel = "STAKE",
            description = "flat, flat(10), proportional(1%%) or kelly(0.25) (default: as the model declares).")
    @Nullable String stake;

    @Option(
            names = "--kelly",
            paramLabel = "KIND",
            description = "With --stake kelly(F): single, exclusive or simultaneous (default: exclusive).")
    @Nullable String kelly;

    @Option(names = "--commission", paramLabel = "SHARE", description = "Share of net winnings that is kept, such as 0.02 or 2%%.")
    @Nullable String commission;

    @Option(names = "--bankroll", paramLabel = "UNITS", description = "Bank at the start.")
    @Nullable Double bankroll;

    @Option(names = "--by", paramLabel = "TIME", description = "year, month, or season where the model declares one (default: year).")
    String by = "year";

    @Option(names = "--bets", paramLabel = "FILE", description = "Write the bets, or the holdings, as CSV.")
    @Nullable Path bets;

    @Override
    int run(Session session) {
        Project project = session.project();
        if (project.models().stream().noneMatch(each -> each.name().equals(model))) {
            throw new KeelsonException(
                    ErrorCode.MODEL_NOT_FOUND,
                    "There is no model (%s) in the project.".formatted(model),
                    "Maybe `keelson models list` has it.");
        }
        BacktestRequest request = request();
        Backtest backtest;
        try (ProjectReading state = ProjectReading.open(project)) {
            backtest = state.backtest(request);
        }
        JsonNode document = backtest.document();
        if (!document.path("periods").has(by)) {
            List<String> there = new ArrayList<>();
            document.path("periods").fieldNames().forEachRemaining(there::add);
            throw wrong("--by", by, String.join(" or ", there));
        }
        Console console = session.console();
        console.note("%s, run %s, test period %s to %s%s."
                .formatted(
                        model,
                        document.path("run_id").asText().substring(0, 12),
                        day(document.path("from")),
                        day(document.path("to")),
                        document.has("stake") ? ", stakes " + document.path("stake").asText() : ""));
        totals(console, document.path("totals"));
        periods(console, document);
        console.note(backtest.conclusion());
        document.path("notes").forEach(note -> console.note(note.asText()));
        if (bets != null) {
            write(session.base().resolve(bets), backtest.details());
        }
        var whole = Catalogued.object();
        document.properties().forEach(field -> whole.set(field.getKey(), field.getValue()));
        console.document(whole);
        return YES;
    }

    private BacktestRequest request() {
        Stake.Kind kind = Stake.Kind.EXCLUSIVE;
        if (kelly != null) {
            if (!kelly.matches("single|exclusive|simultaneous")) {
                throw wrong("--kelly", kelly, "single, exclusive or simultaneous");
            }
            kind = Stake.Kind.valueOf(kelly.toUpperCase(Locale.ROOT));
        }
        Stake other = null;
        if (stake != null) {
            String text = stake;
            other = Stake.parse(text, kind)
                    .orElseThrow(() -> wrong("--stake", text, "flat, flat(10), proportional(1%) or kelly(0.25)"));
        }
        if (kelly != null && !(other instanceof Stake.Kelly)) {
            throw wrong("--kelly", kelly, "a stake such as kelly(0.25) beside it");
        }
        if (bankroll != null && !(bankroll > 0 && bankroll < Double.POSITIVE_INFINITY)) {
            throw wrong("--bankroll", bankroll.toString(), "a number above 0");
        }
        BacktestRequest declared = new BacktestRequest(model, run, commission == null ? null : share(commission), bankroll);
        return other == null ? declared : declared.withStake(other);
    }

    private static double share(String text) {
        if (text.matches("[0-9]*\\.?[0-9]+\\s*%?")) {
            boolean percent = text.endsWith("%");
            double value = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text) / (percent ? 100 : 1);
            if (value < 1) {
                return value;
            }
        }
        throw wrong("--commission", text, "a share from 0 to below 1, such as 0.02 or 2%");
    }

    private static KeelsonException wrong(String option, String value, String expected) {
        return new KeelsonException(
                ErrorCode.USAGE, "The value (%s) of %s is wrong; expected %s.".formatted(value, option, expected), null);
    }

    private static void totals(Console console, JsonNode totals) {
        List<List<String>> rows = new ArrayList<>();
        totals.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            String name = entry.getKey().replace('_', ' ');
            if (value.has("share")) {
                rows.add(List.of(name, number(value.path("share")), "", ""));
                rows.add(List.of(name + " days", value.path("days").asText(), "", ""));
            } else if (value.isObject()) {
                rows.add(List.of(
                        name, number(value.path("value")), number(value.path("lower")), number(value.path("upper"))));
            } else {
                rows.add(List.of(name, number(value), "", ""));
            }
        });
        console.table(List.of("TOTAL", "VALUE", "LOWER", "UPPER"), rows);
    }

    private void periods(Console console, JsonNode document) {
        List<List<String>> rows = new ArrayList<>();
        boolean stakes = document.path("kind").asText().equals("stakes");
        for (JsonNode row : document.path("periods").path(by)) {
            JsonNode roi = row.path("roi");
            rows.add(
                    stakes
                            ? List.of(
                                    row.path("period").asText(),
                                    row.path("bets").asText(),
                                    number(row.path("turnover")),
                                    number(row.path("profit")),
                                    number(roi.path("value")),
                                    number(roi.path("lower")),
                                    number(roi.path("upper")),
                                    number(row.path("bank")))
                            : List.of(
                                    row.path("period").asText(),
                                    row.path("periods").asText(),
                                    number(row.path("turnover")),
                                    number(row.path("return")),
                                    number(row.path("benchmark_return"))));
        }
        console.table(
                stakes
                        ? List.of(by.toUpperCase(Locale.ROOT), "BETS", "TURNOVER", "PROFIT", "ROI", "LOWER", "UPPER", "BANK")
                        : List.of(by.toUpperCase(Locale.ROOT), "PERIODS", "TURNOVER", "RETURN", "BENCHMARK"),
                rows);
    }

    private static String day(JsonNode moment) {
        String text = moment.asText();
        return text.substring(0, Math.min(10, text.length()));
    }

    private static String number(JsonNode value) {
        if (!value.isNumber()) {
            return "";
        }
        double number = value.doubleValue();
        return number == Math.rint(number) && Math.abs(number) < 1e9
                ? Long.toString((long) number)
                : Texts.number(number);
    }

    private static void write(Path file, String text) {
        try {
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.NOT_WRITABLE,
                    "The file (%s) cannot be written: %s.".formatted(file, e.getMessage()),
                    "Maybe its folder is missing.",
                    e);
        }
    }
}
