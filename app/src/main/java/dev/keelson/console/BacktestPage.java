package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.ReportCharts.Wealth;
import dev.keelson.console.view.BacktestView;
import dev.keelson.console.view.BacktestView.Asked;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.BacktestRequest;
import dev.keelson.train.Backtest;
import dev.keelson.train.BacktestDefinition.Stake;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a model's predictions of its test period would have earned. */
final class BacktestPage {
    private static final Set<String> SHARES = Set.of(
            "win_rate", "roi", "hit_rate", "clv", "clv_log", "clv_positive", "return", "benchmark_return", "excess",
            "mean_return", "costs");
    private static final Set<String> COUNTS = Set.of("bets", "won", "periods", "clv_bets");

    private final Backend backend;
    private final ModelDefinition model;

    BacktestPage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
    }

    BacktestView view(Shell shell, Asked asked) {
        String refused = "";
        Backtest backtest;
        try {
            backtest = backend.backtest(request(asked));
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.RUN_NOT_FOUND && asked.run().isEmpty()) {
                return new BacktestView(shell, asked, false, "", List.of(nothing()));
            }
            if (e.code() != ErrorCode.USAGE && e.code() != ErrorCode.BAD_REQUEST) {
                throw e;
            }
            refused = Text.problems(e);
            backtest = backend.backtest(new BacktestRequest(model.name(), run(asked), null, null, null));
        }
        JsonNode document = backtest.document();
        boolean stakes = document.path("kind").asText().equals("stakes");
        List<Section> sections = new ArrayList<>();
        Asked shown = refused.isEmpty() ? asked : new Asked(asked.run(), "", "", "");
        sections.add(summary(document, shown, stakes));
        sections.add(totals(document));
        periods(document.path("periods"), stakes, sections);
        return new BacktestView(shell, asked, stakes || !refused.isEmpty(), refused, sections);
    }

    private Section nothing() {
        SectionDraft draft = new SectionDraft("Backtest");
        return backend.versions(model.name()).isEmpty()
                ? draft.empty("Nothing yet: no version of this model has been trained.", "keelson run").done()
                : draft.empty(
                                "Switched off: no run of this model kept a backtest; the project file says how with `backtest` in the model.",
                                "keelson run")
                        .done();
    }

    private static @Nullable String run(Asked asked) {
        return asked.run().isEmpty() ? null : asked.run();
    }

    private BacktestRequest request(Asked asked) {
        Stake stake = null;
        if (!asked.stake().isBlank()) {
            String[] parts = asked.stake().split(",", 2);
            Stake.Kind kind = Stake.Kind.EXCLUSIVE;
            if (parts.length == 2) {
                String word = parts[1].strip();
                kind = List.of(Stake.Kind.values()).stream()
                        .filter(each -> each.key().equals(word))
                        .findFirst()
                        .orElseThrow(() -> wrong("stakes", asked.stake(), "single, exclusive or simultaneous after the comma"));
            }
            stake = Stake.parse(parts[0], kind)
                    .orElseThrow(() -> wrong("stakes", asked.stake(), "flat, flat(10), proportional(0.01) or kelly(0.25)"));
        }
        try {
            return new BacktestRequest(
                    model.name(),
                    run(asked),
                    stake,
                    number("commission", asked.commission()),
                    number("bank", asked.bankroll()));
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), null);
        }
    }

    private static @Nullable Double number(String name, String text) {
        if (text.isBlank()) {
            return null;
        }
        if (text.strip().matches("[0-9]{1,12}(\\.[0-9]{1,12})?|\\.[0-9]{1,12}")) {
            return Double.valueOf(text.strip());
        }
        throw wrong(name, text, "a number");
    }

    private static KeelsonException wrong(String name, String text, String expected) {
        return new KeelsonException(
                ErrorCode.BAD_REQUEST, "The value (%s) of %s is wrong; expected %s.".formatted(text, name, expected), null);
    }

    private Section summary(JsonNode document, Asked asked, boolean stakes) {
        SectionDraft draft = new SectionDraft("Backtest of the test period")
                .badge(verdict(document))
                .lead(document.path("conclusion").asText())
                .fact("From", day(document.path("from")))
                .fact("To", day(document.path("to")))
                .fact("Rows", Text.count(document.path("rows").asLong()));
        if (stakes) {
            draft.fact("Stakes", document.path("stake").asText());
        }
        int before = document.path("trials").path("count").asInt() - 1; // it counts itself
        if (before > 0) {
            draft.fact("Models tried before it", Text.count(before));
        }
        JsonNode fall = document.path("totals").path("max_drawdown");
        if (fall.isObject()) {
            draft.fact(
                    "Deepest fall",
                    "%s, %s to %s, %s"
                            .formatted(
                                    Text.percent(SheetDraft.number(fall.path("share"))),
                                    day(fall.path("from")),
                                    day(fall.path("low")),
                                    fall.path("recovered").isTextual()
                                            ? "recovered on " + day(fall.path("recovered"))
                                            : "not recovered"));
        }
        List<Wealth> points = new ArrayList<>();
        document.path("curve")
                .forEach(point -> points.add(new Wealth(
                        point.path("day").asText(point.path("at").asText()),
                        point.path("bank").asDouble(),
                        SheetDraft.number(point.path("benchmark")))));
        draft.broad(ReportCharts.bank(points, stakes ? "bank, units" : "wealth, 1 at the start", "all held alike"));
        document.path("notes").forEach(note -> draft.note(note.asText()));
        draft.note("Shaded: how far the bank lies below its highest so far.");
        Map<String, String> query = new LinkedHashMap<>();
        if (document.path("run_id").isTextual()) {
            query.put("run", document.path("run_id").asText());
        } else if (!asked.run().isEmpty()) {
            query.put("run", asked.run());
        }
        String[] stake = asked.stake().split(",", 2);
        query.put("stake", stake[0].strip());
        query.put("kelly", stake.length == 2 ? stake[1].strip() : "");
        query.put("commission", asked.commission().strip());
        query.put("bankroll", asked.bankroll().strip());
        String api = "/api/v1/models/" + Paging.encoded(model.name()) + "/backtest";
        draft.link(stakes ? "Bets as CSV" : "Holdings as CSV", api + "/bets" + query(query));
        draft.link("All of it as JSON", api + query(query));
        if (query.containsKey("run")) {
            draft.link("The run", "/runs/" + query.get("run"));
        }
        return draft.done();
    }

    private static String query(Map<String, String> parameters) {
        StringBuilder query = new StringBuilder();
        parameters.forEach((name, value) -> {
            if (!value.isEmpty()) {
                query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(Paging.encoded(value));
            }
        });
        return query.toString();
    }

    /** By the interval of what matters: the return on stakes, or what the holdings bring over all held alike. */
    private static Badge verdict(JsonNode document) {
        JsonNode judged = document.path("totals").path(document.path("kind").asText().equals("stakes") ? "roi" : "excess");
        double lower = SheetDraft.number(judged.path("lower"));
        double upper = SheetDraft.number(judged.path("upper"));
        if (lower > 0) {
            return new Badge(Badge.Level.OK, "above 0");
        }
        return upper < 0 ? new Badge(Badge.Level.HIGH, "loss") : new Badge(Badge.Level.UNKNOWN, "no evidence");
    }

    private static String day(JsonNode at) {
        String text = at.asText();
        return text.length() > 10 ? text.substring(0, 10) : text;
    }

    private static Section totals(JsonNode document) {
        SheetDraft sheet = new SheetDraft("Totals with 95 % intervals").words("Total").numbers("Value");
        document.path("totals").properties().forEach(total -> {
            if (!total.getKey().equals("max_drawdown")) {
                sheet.row(List.of(
                        Cell.of(name(total.getKey())), SheetDraft.estimate(total.getValue(), format(total.getKey()))));
            }
        });
        return new SectionDraft("Totals")
                .sheet(sheet)
                .note("Intervals are of 95 % and resample whole days, or periods between two choices. A dash is what is not defined.")
                .done();
    }

    private static DoubleFunction<String> format(String name) {
        return SHARES.contains(name)
                ? Text::percent
                : COUNTS.contains(name) ? value -> Text.count((long) value) : Text::short3;
    }

    private static String name(String total) {
        return switch (total) {
            case "roi" -> "return on stakes";
            case "clv" -> "closing line value";
            case "clv_log" -> "closing line value, logarithm";
            case "clv_bets" -> "bets with closing odds";
            case "clv_positive" -> "bets at better odds than the closing ones";
            case "psr" -> "probability that the Sharpe ratio is above 0";
            case "deflated_sharpe" -> "the same, for all models tried (deflated)";
            case "sharpe_annual" -> "Sharpe ratio a year";
            case "sharpe" -> "Sharpe ratio";
            case "sortino" -> "Sortino ratio";
            case "bank" -> "bank at the end";
            default -> Text.words(total);
        };
    }

    private static void periods(JsonNode periods, boolean stakes, List<Section> sections) {
        periods.properties().forEach(entry -> {
            String unit = Text.words(entry.getKey());
            SheetDraft sheet = new SheetDraft("By " + unit).words(Text.sentence(unit));
            if (stakes) {
                sheet.numbers("Bets", "Won", "Turnover", "Profit", "Return on stakes", "Bank at its end");
            } else {
                sheet.numbers("Periods", "Return", "All held alike", "Turnover");
            }
            for (JsonNode row : entry.getValue()) {
                List<Cell> cells = new ArrayList<>(List.of(Cell.of(row.path("period").asText())));
                if (stakes) {
                    cells.add(Cell.of(Text.count(row.path("bets").asLong())));
                    cells.add(Cell.of(Text.count(row.path("won").asLong())));
                    cells.add(Cell.of(Text.short3(SheetDraft.number(row.path("turnover")))));
                    cells.add(Cell.of(Text.short3(SheetDraft.number(row.path("profit")))));
                    cells.add(SheetDraft.estimate(row.path("roi"), Text::percent));
                    cells.add(Cell.of(Text.short3(SheetDraft.number(row.path("bank")))));
                } else {
                    cells.add(Cell.of(Text.count(row.path("periods").asLong())));
                    cells.add(Cell.of(Text.percent(SheetDraft.number(row.path("return")))));
                    cells.add(Cell.of(Text.percent(SheetDraft.number(row.path("benchmark_return")))));
                    cells.add(Cell.of(Text.short3(SheetDraft.number(row.path("turnover")))));
                }
                sheet.row(cells);
            }
            if (!sheet.isEmpty()) {
                sections.add(new SectionDraft("By " + unit).sheet(sheet).done());
            }
        });
    }
}
