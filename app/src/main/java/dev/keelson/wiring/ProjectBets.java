package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.http.Bets;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionDetails;
import dev.keelson.id.Sha256;
import dev.keelson.learn.Advice;
import dev.keelson.learn.Disagreement;
import dev.keelson.learn.calibration.ProbabilityRange;
import dev.keelson.learn.conformal.PredictionRange;
import dev.keelson.metrics.Kelly;
import dev.keelson.monitor.performance.Bet;
import dev.keelson.project.Project;
import dev.keelson.project.ServeDefinition;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.train.RetrainDefinition.Action;
import dev.keelson.train.RetrainDefinition.Mode;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.BetTable.Selection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Bets of one project over its model, its data, its bandit and a log of opportunities. */
final class ProjectBets implements Bets, AutoCloseable {
    /** Share of the Kelly stake without a bandit, and the greatest stake then, as a share of the bank. */
    private static final double SHARE = 0.25;

    private static final double CAP = 0.05;
    private static final double Z = 1.959963984540054;
    private static final int MOST_REASONS = 3;
    private static final int MOST_BETS = 1_000;
    private static final int MOST_ID = 200;
    /** Predictions that are looked at for one whose entity is a key and does not only contain it. */
    private static final int MOST_ALIKE = 20;
    private static final int MOST_SEEN = 20_000;
    /** Predictions that are read together. */
    private static final int PAGE = 10_000;
    private static final Pattern ROW = Pattern.compile("rows\\[(\\d+)]\\.?(.*)");
    private static final Map<String, Double> RESULTS =
            Map.of("won", 1.0, "half_won", 0.5, "push", 0.0, "half_lost", -0.5, "lost", -1.0);

    private final LiveBackend backend;
    private final Project project;
    private final Workspace workspace;
    private final ServeDefinition.Bets bets;
    private final ModelDefinition model;
    private @Nullable BetTable table;
    private @Nullable Placed placed;
    private @Nullable Opportunities opportunities;

    ProjectBets(LiveBackend backend, Workspace workspace, ServeDefinition.Bets bets) {
        this.backend = backend;
        this.project = backend.project();
        this.workspace = workspace;
        this.bets = bets;
        this.model = project.models().stream()
                .filter(each -> each.name().equals(bets.model()))
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static KeelsonException wrong(String field, String message) {
        return new KeelsonException(List.of(problem(field, message)), null);
    }

    private static Problem problem(String field, String message) {
        return Problem.at(ErrorCode.BAD_REQUEST, new Location(field, 0, 0), message, null);
    }

    // ---- scores

    @Override
    public JsonNode score(@Nullable JsonNode body) {
        if (body == null || !body.isObject()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The body must be a bet, its columns to values, or {\"bets\": [...], \"bankroll\": 1000}.",
                    null);
        }
        List<Problem> problems = new ArrayList<>();
        List<Given> given = new ArrayList<>();
        double bankroll = bankroll(body, problems);
        if (body.has("bets")) {
            body.fieldNames().forEachRemaining(name -> {
                if (!name.equals("bets") && !name.equals("bankroll")) {
                    problems.add(problem(name, "The key %s is unknown; expected bets and bankroll.".formatted(name)));
                }
            });
            JsonNode list = body.path("bets");
            if (!list.isArray() || list.isEmpty() || list.size() > MOST_BETS) {
                problems.add(problem("bets", "bets must be a list of 1 to %d objects.".formatted(MOST_BETS)));
            } else {
                for (int i = 0; i < list.size(); i++) {
                    given.add(new Given("bets[" + i + "]", list.get(i)));
                }
            }
        } else {
            given.add(new Given("", ((ObjectNode) body.deepCopy()).without("bankroll")));
        }
        ObjectNode answer = object().put("model", bets.model());
        answer.set("scores", scores(given, bankroll, problems, false, null));
        return answer;
    }

    /**
     * A bet as it was sent.
     *
     * @param place where it stands in the body, for messages; empty where it is the body
     */
    private record Given(String place, JsonNode bet) {
        String field(String name) {
            return place.isEmpty() ? name : name.isEmpty() ? place : place + "." + name;
        }
    }

    private static double bankroll(JsonNode body, List<Problem> problems) {
        JsonNode value = body.path("bankroll");
        if (value.isMissingNode() || value.isNull()) {
            return Double.NaN;
        }
        if (!value.isNumber() || !(value.doubleValue() > 0) || !Double.isFinite(value.doubleValue())) {
            problems.add(problem("bankroll", "The bankroll (%s) must be a number above 0.".formatted(value)));
        }
        return value.doubleValue();
    }

    /** @param problems of the body around the bets; all of theirs are told with them */
    private ArrayNode scores(
            List<Given> given, double bankroll, List<Problem> problems, boolean durable, @Nullable JsonNode metadata) {
        PredictSignature signature = backend.signature(bets.model(), null);
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (Given each : given) {
            rows.add(row(each, signature, problems));
        }
        told(backend.problems(bets.model(), rows), given, problems);
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        PredictOptions options = new PredictOptions(
                durable,
                null,
                null,
                Set.of(PredictOptions.Detail.CONTRIBUTIONS, PredictOptions.Detail.INTERVAL),
                "bets",
                metadata);
        List<Prediction> predictions = backend.predict(bets.model(), rows, options);
        BetTable past = pastOrNull();
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < rows.size(); i++) {
            list.add(score(rows.get(i), predictions.get(i), past, bankroll));
        }
        return list;
    }

    /** Adds what is wrong with rows by the names that the body has for them, each place once. */
    private static void told(List<Problem> ofRows, List<Given> given, List<Problem> problems) {
        Set<String> known = new HashSet<>();
        for (Problem problem : problems) {
            known.add(String.valueOf(problem.location()));
        }
        for (Problem problem : ofRows) {
            Location location = problem.location();
            Matcher place = ROW.matcher(location == null ? "" : location.toString());
            if (!place.matches()) {
                problems.add(problem);
                continue;
            }
            Given bet = given.get(Integer.parseInt(place.group(1)));
            Location mine = new Location(bet.field(place.group(2)), 0, 0);
            if (bet.bet().isObject() && !known.contains(mine.toString())) {
                problems.add(Problem.at(problem.code(), mine, problem.message(), problem.hint()));
            }
        }
    }

    /** A bet as the model asks for it: what can be worked out is, and what is optional and absent is missing. */
    private Map<String, @Nullable Object> row(Given given, PredictSignature signature, List<Problem> problems) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        JsonNode bet = given.bet();
        if (!bet.isObject()) {
            problems.add(problem(given.place(), "A bet must be an object, its columns to values."));
            return row;
        }
        bet.properties().forEach(cell -> {
            JsonNode value = cell.getValue();
            if (value.isContainerNode()) {
                problems.add(problem(given.field(cell.getKey()), "The value must be a number, a text, true, false or null."));
            } else {
                row.put(
                        cell.getKey(),
                        value.isNull()
                                ? null
                                : value.isTextual()
                                        ? value.textValue()
                                        : value.isBoolean()
                                                ? (Object) value.booleanValue()
                                                : value.isIntegralNumber() && value.canConvertToLong()
                                                        ? (Object) value.longValue()
                                                        : (Object) value.doubleValue());
            }
        });
        if (!(row.get(bets.odds()) instanceof Number price) || !(price.doubleValue() > 1)) {
            Object odds = row.get(bets.odds());
            problems.add(problem(
                    given.field(bets.odds()),
                    odds == null ? "The odds are missing; expected a number above 1." : "The odds (%s) must be a number above 1.".formatted(odds)));
        } else if (!row.containsKey("edge")
                && signature.column("edge") != null
                && bets.fair() != null
                && row.get(bets.fair()) instanceof Number chance) {
            row.put("edge", price.doubleValue() * chance.doubleValue() - 1);
        }
        String eventTime = signature.eventTime();
        if (eventTime != null && !row.containsKey(eventTime)) {
            row.put(eventTime, backend.clock().instant().toString());
        }
        if (signature.keys().size() == 1 && !row.containsKey(signature.keys().getFirst())) {
            String name = Sha256.ofBytes(bet.toString().getBytes(StandardCharsets.UTF_8));
            row.put(signature.keys().getFirst(), name.substring(name.length() - 12)); // the same bet, the same name
        }
        for (PredictSignature.Column column : signature.columns()) {
            if (column.required() && column.nullable() && !column.key()) {
                row.putIfAbsent(column.name(), null);
            }
        }
        return row;
    }

    private ObjectNode score(
            Map<String, @Nullable Object> row, Prediction prediction, @Nullable BetTable past, double bankroll) {
        double odds = ((Number) Objects.requireNonNull(row.get(bets.odds()))).doubleValue();
        double chance = prediction.probabilities()[prediction.probabilities().length - 1];
        ObjectNode node = object();
        node.put("id", prediction.id().toString());
        node.put("model", prediction.model()).put("version", prediction.version()).put("entity", prediction.entity());
        node.put("as_of", prediction.asOf().toString());
        node.put("probability", chance);
        List<String> reasons = new ArrayList<>();
        List<String> warnings = new ArrayList<>(prediction.warnings());
        double edge = chance * odds - 1;
        interval(node, prediction, odds, edge, reasons, warnings);
        reasons.addFirst(String.format(
                Locale.ROOT,
                "%s v%d gives it a chance of %.1f %%; the odds of %s ask for %.1f %%, so that the edge is %+.1f %%.",
                prediction.model(), prediction.version(), 100 * chance, plain(odds), 100 / odds, 100 * edge));
        if (bets.fair() != null && row.get(bets.fair()) instanceof Number fair) {
            double by = fair.doubleValue() * odds - 1;
            node.put("edge_by_fair", by);
            reasons.add(String.format(Locale.ROOT, "By the fair chance of %.1f %% the edge is %+.1f %%.", 100 * fair.doubleValue(), 100 * by));
            if ((by > 0) != (edge > 0)) {
                warnings.add("The model and the fair chance do not agree on whether there is an edge.");
            }
        }
        stake(node, row, chance, odds, bankroll, reasons);
        contributions(prediction.details(), reasons);
        history(node, row, past, reasons, warnings);
        reasons.forEach(node.putArray("reasons")::add);
        warnings.forEach(node.putArray("warnings")::add);
        return node;
    }

    private static void interval(
            ObjectNode node, Prediction prediction, double odds, double edge, List<String> reasons, List<String> warnings) {
        Advice advice = prediction.advice();
        PredictionRange range = advice == null ? null : advice.range();
        Disagreement disagreement = advice == null ? null : advice.disagreement();
        node.put("edge", edge);
        ProbabilityRange chance = prediction.details() == null ? null : prediction.details().chance();
        double lower;
        double upper;
        ObjectNode interval;
        if (chance != null) {
            lower = chance.lower();
            upper = chance.upper();
            interval = object().put("kind", PredictionDetails.VENN_ABERS);
            reasons.add(String.format(
                    Locale.ROOT,
                    "Of the bets it was calibrated on that it gave the like of, with this one taken as lost %.1f %% were won, and with this one taken as won %.1f %%: the chance lies between.",
                    100 * lower, 100 * upper));
        } else if (range != null && prediction.isNumber()) {
            lower = range.lower();
            upper = range.upper();
            interval = object().put("kind", "conformal").put("coverage", Objects.requireNonNull(advice).coverage());
        } else if (disagreement != null) {
            double half = Z * disagreement.deviation();
            double told = prediction.probabilities()[prediction.probabilities().length - 1];
            lower = Math.max(0, told - half);
            upper = Math.min(1, told + half);
            interval = object().put("kind", "disagreement");
        } else {
            node.putNull("interval").putNull("edge_interval");
            warnings.add("The model tells no interval of its probability: the edge is an estimate without a known error. `calibrate: venn_abers` makes it tell one.");
            return;
        }
        node.set("interval", interval.put("lower", lower).put("upper", upper));
        double low = lower * odds - 1;
        double high = upper * odds - 1;
        node.putObject("edge_interval").put("lower", low).put("upper", high);
        if (low <= 0 && high >= 0) {
            reasons.add(String.format(
                    Locale.ROOT, "The edge lies between %+.1f %% and %+.1f %%: it may be none.", 100 * low, 100 * high));
        }
    }

    private void stake(
            ObjectNode node, Map<String, @Nullable Object> row, double chance, double odds, double bankroll, List<String> reasons) {
        ObjectNode stake = node.putObject("stake");
        ProjectBandits.Suggestion suggestion =
                bets.bandit() == null ? null : backend.bandits().suggest(bets.bandit(), chance, odds, row);
        double kelly = suggestion == null ? Math.max(0, Kelly.single(chance, odds)) : suggestion.kelly();
        double share = suggestion == null ? SHARE : suggestion.share();
        double fraction = suggestion == null ? Math.min(CAP, share * kelly) : share * kelly;
        Mode mode = backend.project().policy(bets.model()).retrain().mode(Action.STAKES);
        boolean paper = mode != Mode.ACT;
        stake.put("fraction", paper ? 0 : fraction).put("kelly", kelly).put("share", share).put("mode", mode.word());
        if (paper) {
            stake.put("paper", fraction);
        }
        stake.put("cap", suggestion == null ? CAP : suggestion.cap());
        stake.put("by", suggestion == null ? "fractional Kelly" : suggestion.by());
        if (!Double.isNaN(bankroll)) {
            stake.put("amount", paper ? 0 : Math.floor(fraction * bankroll * 100) / 100);
        }
        if (paper && fraction > 0) {
            reasons.add(String.format(Locale.ROOT, "On paper, as the mode of stakes is %s: %.2f %% of the bank would be staked.", mode.word(), 100 * fraction));
            return;
        }
        reasons.add(
                fraction > 0
                        ? String.format(
                                Locale.ROOT, "Stake %.2f %% of the bank: %s of the Kelly stake of %.2f %%, by %s.",
                                100 * fraction, plain(share), 100 * kelly, stake.path("by").asText())
                        : "Stake nothing: " + (kelly > 0 ? stake.path("by").asText() + " says so." : "there is no edge."));
    }

    private static String plain(double number) {
        String text = String.format(Locale.ROOT, "%.3f", number);
        return text.replaceAll("\\.?0+$", "");
    }

    private static void contributions(@Nullable PredictionDetails details, List<String> reasons) {
        PredictionDetails.Contributions told = details == null ? null : details.contributions();
        if (told == null) {
            return;
        }
        int margin = told.margins().size() - 1;
        record Part(String feature, double value) {}
        List<Part> parts = new ArrayList<>();
        for (int f = 0; f < told.features().size(); f++) {
            parts.add(new Part(told.features().get(f), told.of(margin, f)));
        }
        parts.sort(Comparator.comparingDouble((Part part) -> -Math.abs(part.value())).thenComparing(Part::feature));
        parts.stream()
                .filter(part -> part.value() != 0)
                .limit(MOST_REASONS)
                .forEach(part -> reasons.add(String.format(
                        Locale.ROOT, "%s speaks %s it (%+.3f in %s).", part.feature(), part.value() > 0 ? "for" : "against",
                        part.value(), told.scale().replace('_', ' '))));
    }

    private void history(
            ObjectNode node,
            Map<String, @Nullable Object> row,
            @Nullable BetTable past,
            List<String> reasons,
            List<String> warnings) {
        ArrayNode list = node.putArray("history");
        if (past == null) {
            return;
        }
        for (String column : bets.by()) {
            Object value = row.get(column);
            if (value == null) {
                continue;
            }
            ObjectNode group = past.history(column, value.toString());
            String name = "%s %s".formatted(word(column), value);
            if (group == null) {
                warnings.add("There is no settled bet of %s.".formatted(name));
                continue;
            }
            ObjectNode entry = list.addObject().put("by", column).put("value", value.toString());
            group.properties().forEach(figure -> {
                if (!figure.getKey().equals("group")) {
                    entry.set(figure.getKey(), figure.getValue());
                }
            });
            int count = group.path("bets").asInt();
            reasons.add(String.format(
                    Locale.ROOT, "%s: %d settled %s, %.1f %% won, ROI %+.1f %%.", name, count, count == 1 ? "bet" : "bets",
                    100 * group.path("win_rate").asDouble(), 100 * group.path("roi").asDouble()));
            if (group.path("few").asBoolean()) {
                warnings.add("Only %d settled %s of %s: its figures say little.".formatted(count, count == 1 ? "bet" : "bets", name));
            }
        }
    }

    private static String word(String column) {
        return column.endsWith("_name") ? column.substring(0, column.length() - "_name".length()) : column;
    }

    // ---- how bets did

    @Override
    public JsonNode performance(Question question) {
        List<String> by = new ArrayList<>();
        for (String asked : question.by()) {
            String name = asked.equals(BetTable.ALL) ? asked : name("by", asked);
            if (by.contains(name)) {
                throw wrong("by", "Bets are counted by (%s) twice.".formatted(name));
            }
            by.add(name);
        }
        if (by.isEmpty() || by.size() > 3) {
            throw wrong("by", "There are %d names in by; expected 1 to 3.".formatted(by.size()));
        }
        BetTable past = past();
        Selection selection = selection(past, question);
        ObjectNode answer = object().put("dataset", past.dataset()).put("few_below", BetTable.FEW);
        answer.put("model", question.model());
        answer.put("from", question.from() == null ? null : question.from().toString());
        answer.put("to", question.to() == null ? null : question.to().toString());
        ObjectNode where = answer.putObject("where");
        where(question).forEach(where::put);
        by.forEach(answer.putArray("by")::add);
        ArrayNode groups = past.groups(by, selection);
        ArrayNode all = past.groups(List.of(BetTable.ALL), selection);
        answer.set("total", all.isEmpty() ? null : ((ObjectNode) all.get(0)).without("group"));
        answer.set("groups", groups);
        answer.set("timeline", BetFigures.timeline(past, selection));
        answer.set("calibration", BetFigures.calibration(past, selection));
        ObjectNode values = answer.putObject("values");
        for (String name : names()) {
            if (name.equals(BetTable.WEEK) || name.equals(BetTable.DAY)) {
                continue; // too many to choose from
            }
            past.values(name).forEach(values.putArray(name)::add);
        }
        ObjectNode words = answer.putObject("words");
        BetTable.words().forEach(words::put);
        long few = 0;
        for (JsonNode group : groups) {
            few += group.path("few").asBoolean() ? 1 : 0;
        }
        answer.put(
                "note",
                groups.isEmpty()
                        ? "No settled bet matches."
                        : few == 0
                                ? "Intervals are of each group alone; of many groups some look good by chance."
                                : "%d of %d groups have fewer than %d bets and say little; of many groups some look good by chance."
                                        .formatted(few, groups.size(), BetTable.FEW));
        return answer;
    }

    /** What bets are told apart by. */
    private List<String> names() {
        List<String> names = new ArrayList<>(bets.by());
        names.add(BetTable.BAND);
        names.addAll(BetTable.TIMES);
        return names;
    }

    private String name(String field, String asked) {
        return names().stream()
                .filter(name -> name.equals(asked) || word(name).equals(asked))
                .findFirst()
                .orElseThrow(() -> wrong(
                        field,
                        "Bets are not counted by (%s); expected up to three of %s, %s.".formatted(asked, BetTable.ALL, String.join(", ", names()))));
    }

    private Map<String, String> where(Question question) {
        Map<String, String> where = new LinkedHashMap<>();
        question.where().forEach((name, value) -> where.put(name("where", name), value));
        return where;
    }

    private Selection selection(BetTable past, Question question) {
        return past.select(
                where(question), question.from(), question.to(), question.model() == null ? null : chances(question.model()));
    }

    @Override
    public JsonNode settled(Question question, int offset, int limit) {
        BetTable past = past();
        Selection selection = selection(past, question);
        ArrayNode list = past.list(selection, offset, limit);
        String predictor = question.model() == null ? bets.model() : question.model();
        for (JsonNode bet : list) {
            LoggedPrediction prediction = prediction(predictor, bet.path("key").asText());
            ((ObjectNode) bet).put("prediction", prediction == null ? null : prediction.event().id().toString());
        }
        int shown = offset + list.size();
        ObjectNode answer = object().put("dataset", past.dataset()).put("total", selection.rows().length);
        answer.put("next_cursor", shown < selection.rows().length ? Integer.toString(shown) : null);
        answer.set("bets", list);
        return answer;
    }

    /** The answer of a model about a bet; null when it gave none. */
    private @Nullable LoggedPrediction prediction(String name, String key) {
        return backend.predictions(new PredictionQuery(name, null, null, null, null, null, key, false, MOST_ALIKE)).stream()
                .filter(each -> each.event().entity().equals(key) && each.event().served())
                .findFirst()
                .orElse(null);
    }

    /** The chances that a model gave to bets, by their key; of several answers about a bet the first. */
    private Map<String, Double> chances(String name) {
        if (project.models().stream().noneMatch(each -> each.name().equals(name))) {
            throw new KeelsonException(ErrorCode.MODEL_NOT_FOUND, "There is no model (%s).".formatted(name), null);
        }
        Set<String> bets = past().keys();
        Map<String, Double> chances = new HashMap<>();
        Instant from = null;
        int limit = PAGE;
        while (true) {
            List<LoggedPrediction> page = backend.predictions(new PredictionQuery(
                    name, null, null, true, from, null, null, null, null, null, null, null, false, limit));
            for (LoggedPrediction each : page) {
                double[] told = each.event().probabilities();
                if (bets.contains(each.event().entity())) {
                    chances.putIfAbsent(each.event().entity(), told[told.length - 1]);
                }
            }
            if (page.size() < limit) {
                return chances;
            }
            Instant last = page.getLast().event().eventTime();
            limit = last.equals(from) ? 2 * limit : PAGE; // more at one moment than fit on a page
            from = last;
        }
    }

    @Override
    public synchronized Map<String, Bet> placed(String name) {
        if (!bets.model().equals(name)) {
            return Map.of();
        }
        String dataset = workspace.datasets().latest(source().name()).map(DatasetVersion::id).orElse("");
        Placed known = placed;
        if (known == null || !known.dataset().equals(dataset)) {
            known = new Placed(dataset, BetPrices.latest(project, workspace, name));
            placed = known;
        }
        return known.bets();
    }

    /** The bets of a version of the data, read once. */
    private record Placed(String dataset, Map<String, Bet> bets) {}

    private @Nullable BetTable pastOrNull() {
        return workspace.datasets().latest(source().name()).isEmpty() ? null : past();
    }

    private SourceDefinition source() {
        return Projects.source(project, model.label().source());
    }

    private synchronized BetTable past() {
        SourceDefinition source = source();
        DatasetVersion latest = workspace.datasets()
                .latest(source.name())
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND,
                        "No data of the source (%s) has been loaded yet.".formatted(source.name()),
                        "Maybe run `keelson data load`."));
        BetTable known = table;
        if (known == null || !known.dataset().equals(latest.id())) {
            known = new BetTable(latest.id(), bets, source, workspace.datasets().read(latest));
            table = known;
        }
        return known;
    }

    // ---- opportunities

    /** Opens the log, and goes on telling what waits. */
    synchronized Opportunities log() {
        Opportunities opened = opportunities;
        if (opened == null) {
            opened = new Opportunities(workspace.state().opportunities(), bets.webhook(), backend.clock());
            opportunities = opened;
        }
        return opened;
    }

    @Override
    public synchronized JsonNode capture(@Nullable JsonNode body) {
        if (body == null || !body.isObject() || !body.path("bet").isObject()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body must be an object such as {\"id\": \"x\", \"bet\": {...}, \"seen\": {...}}.", null);
        }
        body.fieldNames().forEachRemaining(name -> {
            if (!List.of("id", "bet", "bankroll", "seen").contains(name)) {
                throw wrong(name, "The key %s is unknown; expected id, bet, bankroll and seen.".formatted(name));
            }
        });
        JsonNode name = body.path("id");
        if (!(name.isMissingNode() || name.isNull())
                && !(name.isTextual() && name.textValue().matches("[A-Za-z0-9._:-]{1," + MOST_ID + "}"))) {
            throw wrong("id", "The id (%s) must have 1 to %d letters, digits and any of . _ : -".formatted(name, MOST_ID));
        }
        JsonNode seen = body.path("seen");
        if (!(seen.isMissingNode() || seen.isNull() || seen.isObject()) || seen.toString().length() > MOST_SEEN) {
            throw wrong("seen", "seen must be an object of at most %d characters, such as {\"url\": \"...\"}.".formatted(MOST_SEEN));
        }
        String id = name.isTextual() ? name.textValue() : UUID.randomUUID().toString();
        ObjectNode before = log().find(id);
        if (before != null) {
            requireSame(id, before.path("bet"), body.path("bet"));
            return before.put("repeated", true);
        }
        ObjectNode metadata = object().put("opportunity", id);
        if (seen.isObject()) {
            metadata.set("seen", seen);
        }
        List<Problem> problems = new ArrayList<>();
        double bankroll = bankroll(body, problems);
        JsonNode score = scores(List.of(new Given("bet", body.path("bet"))), bankroll, problems, true, metadata)
                .get(0);
        ObjectNode opportunity = object().put("id", id).put("at", backend.clock().instant().toString());
        opportunity.set("bet", body.path("bet"));
        opportunity.set("seen", seen.isObject() ? seen : null);
        opportunity.set("score", score);
        return log().capture(opportunity);
    }

    /** An id stands for one bet: another one with it is a mistake of whoever sends it. */
    private static void requireSame(String id, JsonNode before, JsonNode now) {
        Set<String> names = new TreeSet<>();
        before.fieldNames().forEachRemaining(names::add);
        now.fieldNames().forEachRemaining(names::add);
        String differ = names.stream()
                .filter(name -> !same(before.path(name), now.path(name)))
                .map(name -> "%s (%s, now %s)".formatted(name, told(before.path(name)), told(now.path(name))))
                .collect(Collectors.joining(", "));
        if (!differ.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT,
                    "There is an opportunity (%s) with another bet; it differs in %s.".formatted(id, differ),
                    "Maybe give this one an id of its own.");
        }
    }

    private static boolean same(JsonNode one, JsonNode other) {
        boolean numbers = one.isNumber() && other.isNumber();
        return numbers
                ? Double.compare(one.doubleValue(), other.doubleValue()) == 0 // 2 and 2.0
                : one.equals(other);
    }

    private static String told(JsonNode value) {
        return value.isMissingNode() ? "none" : value.toString();
    }

    @Override
    public JsonNode opportunities(Filter filter) {
        return log().page(filter);
    }

    @Override
    public ObjectNode opportunity(String id) {
        ObjectNode found = log().find(id);
        if (found == null) {
            throw new KeelsonException(ErrorCode.NOT_FOUND, "There is no opportunity (%s).".formatted(id), null);
        }
        return found;
    }

    @Override
    public synchronized JsonNode settle(String id, Settlement settlement) {
        ObjectNode opportunity = opportunity(id);
        Double share = RESULTS.get(settlement.result());
        if (share == null) {
            throw wrong(
                    "result",
                    "The result (%s) is wrong; expected won, half_won, push, half_lost or lost.".formatted(settlement.result()));
        }
        double odds = opportunity.path("bet").path(bets.odds()).asDouble();
        double gain = share > 0 ? share * (odds - 1) : share;
        Double stake = settlement.stake();
        if (stake != null && !(stake > 0 && Double.isFinite(stake))) {
            throw wrong("stake", "The stake (%s) must be a number above 0.".formatted(stake));
        }
        JsonNode before = opportunity.path("settlement");
        if (before.isObject()) {
            boolean same = before.path("result").asText().equals(settlement.result())
                    && (stake == null ? before.path("stake").isNull() : before.path("stake").asDouble(Double.NaN) == stake);
            if (same) {
                return opportunity.put("repeated", true);
            }
            if (!settlement.correct()) {
                throw new KeelsonException(
                        ErrorCode.TRANSITION_REFUSED,
                        "The opportunity (%s) is settled already: %s.".formatted(id, before.path("result").asText()),
                        "Maybe send it with `correct: true`.");
            }
        }
        Instant now = backend.clock().instant();
        List<String> classes = model.classes();
        if (share != 0 && classes.size() == 2) {
            backend.outcomes(List.of(new OutcomeEvent(
                    bets.model(), opportunity.path("score").path("entity").asText(), classes.get(share > 0 ? 1 : 0), now)));
        }
        ObjectNode entry = object().put("result", settlement.result()).put("at", now.toString()).put("gain", gain);
        entry.put("stake", stake).put("profit", stake == null ? null : (Double) (stake * gain));
        return log().settle(id, entry);
    }

    @Override
    public void close() {
        Opportunities opened;
        synchronized (this) {
            opened = opportunities;
        }
        if (opened != null) {
            opened.close();
        }
    }
}
