package dev.keelson.project;

import static dev.keelson.project.Shape.choice;
import static dev.keelson.project.Shape.either;
import static dev.keelson.project.Shape.keys;
import static dev.keelson.project.Shape.oneKey;
import static dev.keelson.project.Shape.optional;
import static dev.keelson.project.Shape.required;
import static dev.keelson.project.Shape.text;

import dev.keelson.project.Shape.AnyScalar;
import dev.keelson.monitor.DriftMethod;
import dev.keelson.project.Shape.Choice;
import dev.keelson.project.Shape.Keys;
import dev.keelson.project.Shape.ListOf;
import dev.keelson.project.Shape.MapOf;
import dev.keelson.project.Shape.OtherKey;
import dev.keelson.project.Shape.Text;
import dev.keelson.project.Shape.Whole;
import java.util.List;
import dev.keelson.learn.ensemble.EnsembleKind;
import dev.keelson.train.LearnerPresets;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The keys of {@code keelson.yaml}, in one table: the reader checks files against it, and the JSON Schema for editors
 * and the reference table are generated from it. Immutable.
 */
public final class ProjectGrammar {
    static final List<String> LEARNERS =
            List.of("xgboost", "lightgbm", "random_forest", "logistic", "linear", "mlp", "lstm", "baseline");

    static final List<String> ENSEMBLES =
            Stream.of(EnsembleKind.values()).map(EnsembleKind::key).toList();

    static final Text DURATION = text("a duration such as `60d`, `36h` or `2w`", "([0-9]+(\\.[0-9]+)?(w|d|h|m|s|ms))+");
    static final Text EXPRESSION = new Text("an expression", null, true);
    static final Text NAME =
            text("a name of letters, digits and `_` that starts with a letter", "[A-Za-z][A-Za-z0-9_]{0,99}");
    static final Text MODEL_NAME = text(
            "a name of letters, digits, `-`, `_` and `.` that starts with a letter or " + "digit",
            "(?:[A-Za-z0-9]|%1$s)(?:[A-Za-z0-9._-]|%1$s){0,99}".formatted("\\{[A-Za-z][A-Za-z0-9_]*\\}"));
    static final AnyScalar VALUE_OF = new AnyScalar("a name or a number");
    static final Text COLUMN = text("the name of a column");
    static final Text MODEL = text("the name of a model, or a pattern such as `football-*`");
    static final Text ZONE = text("a time zone such as `Europe/London`");
    static final MapOf ROLES = new MapOf("ROLE", NAME, COLUMN, 2);
    static final MapOf SETTINGS = new MapOf("SETTING", NAME, new AnyScalar("a number, a text or `true` or `false`"));

    private static final Choice COLUMN_TYPE = new Choice(
            List.of("double", "long", "boolean", "string", "enum", "date", "timestamp"),
            Map.ofEntries(
                    Map.entry("int", "long"),
                    Map.entry("integer", "long"),
                    Map.entry("bigint", "long"),
                    Map.entry("float", "double"),
                    Map.entry("number", "double"),
                    Map.entry("decimal", "double"),
                    Map.entry("bool", "boolean"),
                    Map.entry("text", "string"),
                    Map.entry("varchar", "string"),
                    Map.entry("str", "string"),
                    Map.entry("category", "enum"),
                    Map.entry("datetime", "timestamp"),
                    Map.entry("instant", "timestamp")));

    private static final Keys COLUMN_RULES = keys(
            required("type", COLUMN_TYPE, "Type of the cells; `enum` is a text with declared `values`."),
            optional("min", anyNumber(), null, "Least value of a number."),
            optional("max", anyNumber(), null, "Greatest value of a number."),
            optional("required", new Shape.Flag(), "false", "Whether an empty cell breaks the rule."),
            optional(
                    "values",
                    new ListOf(new Text("a text", null, true), 1),
                    null,
                    "The only texts allowed. For a label these are its classes; their order is kept."),
            optional(
                    "pattern",
                    text("a regular expression"),
                    null,
                    "Regular expression that a text matches as a whole."),
            optional("format", text("a date pattern such as `dd/MM/yyyy`"), "ISO 8601", "Pattern of dates or times."),
            optional(
                    "formats",
                    new ListOf(text("a date pattern such as `dd/MM/yyyy`"), 1),
                    "ISO 8601",
                    "Patterns of dates or times, tried in order."),
            optional(
                    "on_fail",
                    choice("quarantine", "null"),
                    "quarantine",
                    "What happens to a cell that breaks a rule: its row goes to quarantine, or the "
                            + "cell becomes null."));

    private static final Keys CHECK = oneKey(
            optional("block", EXPRESSION, null, "A condition without which the load is refused."),
            optional("warn", EXPRESSION, null, "A condition whose failure is reported; the load goes on."));

    private static final Keys RULE = keys(
            required("check", EXPRESSION, "The condition, such as `event_start < settled_at`."),
            optional(
                    "on_fail",
                    choice("quarantine", "null", "warn", "block"),
                    "quarantine",
                    "What happens to a row that breaks it: it goes to quarantine, its `columns` become null, it is"
                            + " marked for review, or the load is refused."),
            optional(
                    "columns",
                    either(new ListOf(COLUMN, 1), COLUMN),
                    "those that the condition reads",
                    "Which cells become null with `on_fail: null`."));

    private static final Choice METHOD = new Choice(
            List.of("mad", "iqr", "zscore", "jump"),
            Map.of("robust", "mad", "z_score", "zscore", "z", "zscore", "tukey", "iqr", "change", "jump"));

    private static final Keys ANOMALY = keys(
            required(
                    "method",
                    METHOD,
                    "`mad`: robust z-score from the median; `iqr`: quartile distances outside the quartiles;"
                            + " `zscore`: standard deviations from the mean; `jump`: relative change from the row"
                            + " before."),
            optional(
                    "limit",
                    new Shape.Decimal(0, true, Double.POSITIVE_INFINITY, true),
                    "mad 8, iqr 3, zscore 5, jump 0.4",
                    "From where on a value is marked."),
            optional(
                    "of",
                    choice("value", "change"),
                    "value",
                    "Judge the values, or the relative change from one row of the group to the next."),
            optional("by", either(new ListOf(COLUMN, 1), COLUMN), null, "Columns that make the groups."));

    private static final Keys OUTCOMES = keys(
            required(
                    "columns",
                    new ListOf(COLUMN, 1),
                    "Columns known only after the event; never a feature of their own row."),
            required(
                    "known_after",
                    DURATION,
                    "How long after the event time they are known; at least `1d` for a date."));

    private static final Keys LABEL = keys(
            required("expression", EXPRESSION, "The label's expression over columns that are declared, outcomes included."),
            optional(
                    "classes",
                    new ListOf(new Text("a text", null, true), 2),
                    "`[false, true]` of a condition",
                    "Its classes in order: of a condition that of false, then that of true; of a text its values."));

    static final Keys SUPABASE = keys(
            required("url", text("an address such as `${SUPABASE_URL}`"), "Address of the project."),
            required("key", text("a variable such as `${SUPABASE_KEY}`"), "Key of the service; from a variable."),
            required(
                    "table",
                    text("a table such as `bets`"),
                    "A table or view, with its schema or without."));

    private static final Shape OPERATIONS = either(
            new ListOf(new Text("a text such as `I`", null, true), 1), new Text("a text such as `I`", null, true));

    private static final Keys OPERATION = keys(
            required("column", COLUMN, "The column that says so; it is not part of the dataset."),
            required("insert", OPERATIONS, "Texts of a row that is new."),
            optional("update", OPERATIONS, null, "Texts of a row that replaces the one of its key."),
            optional("delete", OPERATIONS, null, "Texts of a row whose key is gone."));

    private static final Keys SOURCE = keys(
            optional(
                    "file",
                    text("a path such as `data/matches.csv.gz`"),
                    null,
                    "A file, a folder, or a pattern such as `data/*.csv`, absolute or relative to the project folder:"
                            + " CSV, JSON lines (`.jsonl`, `.ndjson`), both plain or `.gz`, or Parquet. Required unless"
                            + " there is `postgres` or `supabase`."),
            optional(
                    "postgres",
                    text("an address such as `${DB_URL}`"),
                    null,
                    "A PostgreSQL database, `postgresql://user:password@host:port/database`; with `table` or `query`."),
            optional(
                    "table",
                    text("a table such as `public.matches`"),
                    null,
                    "A table or view of the database, with its schema or without."),
            optional(
                    "query",
                    text("a query such as `SELECT ...`"),
                    null,
                    "A query of the database; its columns are those of the source."),
            optional("supabase", SUPABASE, null, "A table behind Supabase's REST interface."),
            optional(
                    "operation",
                    OPERATION,
                    null,
                    "The source is a change feed: a column says whether a row is new, replaces another, or is gone."),
            required("key", either(new ListOf(COLUMN, 1), COLUMN), "The columns that identify a row."),
            required("event_time", COLUMN, "The `date` or `timestamp` column that says when it happened."),
            optional(
                    "cursor",
                    COLUMN,
                    "`created`, else `event_time`",
                    "The `date` or `timestamp` column by which incremental loads proceed."),
            optional("late_window", DURATION, "`0d`", "How far back an incremental load looks again for late rows."),
            optional("created", COLUMN, null, "The `date` or `timestamp` column that says when a row became known."),
            optional(
                    "known_after",
                    DURATION,
                    "that of `outcomes`, else `0d`",
                    "How long after the event time a row is known, when there is no `created` column."),
            optional("outcomes", OUTCOMES, null, "Columns known only after the event."),
            optional("zone", ZONE, "`timezone`", "Zone of dates and of times without a zone."),
            required(
                    "columns",
                    new MapOf("COLUMN", COLUMN, either(COLUMN_TYPE, COLUMN_RULES)),
                    "Types and rules of columns; columns of the file that are not named are inferred."),
            optional("checks", new ListOf(CHECK, 0), null, "Conditions on a load as a whole."),
            optional(
                    "labels",
                    new MapOf("NAME", NAME, either(EXPRESSION, LABEL)),
                    null,
                    "What can be predicted of its rows, by name: an expression over outcomes such as `status = 'won'`, or a"
                            + " look ahead such as `forward_return(close, 4h) > 0.005`."),
            optional(
                    "rules",
                    new ListOf(either(EXPRESSION, RULE), 0),
                    null,
                    "Conditions that every row keeps, such as `high >= low`; a request is held to them, too."),
            optional(
                    "anomalies",
                    new MapOf("COLUMN", COLUMN, either(METHOD, new ListOf(ANOMALY, 1), ANOMALY)),
                    null,
                    "Which values of a column of numbers are marked as unlikely; the rows stay."));

    private static final Shape KEY = either(new ListOf(COLUMN, 2), COLUMN);

    private static final Keys ENTITY = keys(required(
            "key",
            either(new ListOf(NAME, 2), NAME),
            "Name of its key, as models give it in `entities`; the names of its parts, joined by `_`, for a composite"
                    + " key."));

    static final Keys UNPIVOT = keys(
            new OtherKey("KEY", ROLES, "The entity's key: role to the source column that holds it."),
            optional(
                    "columns",
                    new MapOf("NAME", NAME, new MapOf("ROLE", NAME, COLUMN)),
                    null,
                    "Columns of the events: role to source column."),
            optional(
                    "derive",
                    new MapOf("NAME", NAME, EXPRESSION),
                    null,
                    "Further columns, computed from the event's others, in order."));

    private static final Keys FEATURE_VIEW = keys(
            required("entity", NAME, "Whose values these are."),
            optional("source", NAME, null, "The source of its events; required unless there is `sql`."),
            optional(
                    "sources",
                    new ListOf(NAME, 1),
                    null,
                    "With `sql`: the sources that the query reads, each as a table of its name."),
            optional(
                    "sql",
                    text("a SELECT"),
                    null,
                    "One SELECT in DuckDB's dialect instead of `features`: the entity's key, `event_time`, perhaps"
                            + " `known_at`, and the features as columns. It reads nothing but its sources. Models,"
                            + " history and the online store read its newest row that was known."),
            optional(
                    "key",
                    KEY,
                    "the columns named like the entity's key or its parts",
                    "The source column that holds the entity's key, columns whose values are joined by `_`, or a"
                            + " pattern such as `{sport}/{market}`."),
            optional(
                    "unpivot", UNPIVOT, null, "One row becomes one event for each role, such as each team of a match."),
            optional("ttl", DURATION, "no limit", "How old the newest event may be, inclusive."),
            optional(
                    "features",
                    either(new ListOf(COLUMN, 1), new MapOf("NAME", NAME, EXPRESSION, 1)),
                    null,
                    "Required unless there is `sql`: name to fold over past events, such as `mean(goals_for) over last 5 events`,"
                            + " or to a column, for its newest value; a list names columns alone."));

    private static final Choice LEARNER = new Choice(
            Stream.concat(LEARNERS.stream(), LearnerPresets.NAMES.stream()).toList(),
            Map.of(
                    "xgb",
                    "xgboost",
                    "xgbclassifier",
                    "xgboost",
                    "lgbm",
                    "lightgbm",
                    "rf",
                    "random_forest",
                    "logit",
                    "logistic",
                    "logistic_regression",
                    "logistic"));

    private static final Shape.KnownKey FOLDS =
            optional("folds", new Whole(2, 100), "5", "Folds of the training rows for out-of-fold predictions.");
    private static final Shape.KnownKey SPLIT = optional(
            "split",
            choice("purged_kfold", "walk_forward"),
            "`purged_kfold`",
            "How the training rows are parted; the embargo is that of `validate`.");
    private static final Shape.KnownKey BAGGED = optional(
            "bagged",
            new Shape.Flag(),
            "`false`",
            "Whether a member is the mean of its fold models, instead of fitted once more on all rows.");
    private static final Shape MONEY = new Shape.Decimal(0, false, Double.POSITIVE_INFINITY, false);
    private static final Shape.KnownKey WEIGHTS = optional(
            "weights",
            new ListOf(new Shape.Decimal(0, false, Double.POSITIVE_INFINITY, false), 1),
            "all the same",
            "One for each member.");

    private static final Keys ENSEMBLE = learnerKeys();

    private static final Keys TUNE = keys(
            required(
                    "space",
                    new MapOf(
                            "SETTING",
                            text(
                                    "a setting such as `max_depth`, or `MEMBER.setting`",
                                    "[A-Za-z][A-Za-z0-9_]{0,99}(\\.[A-Za-z][A-Za-z0-9_]{0,99})?"),
                            either(
                                    new ListOf(new AnyScalar("a number, a text or `true` or `false`"), 1),
                                    new Text("a range such as `3..10` or a list", null, true)),
                            1),
                    "Setting of the learner, or `MEMBER.setting` of one of several, to what it may be: `3..10`,"
                            + " `0.01..0.3 log`, `50..200 step 10`, `[a, b]`, each perhaps with a condition such as"
                            + " `1..5 when booster = dart`."),
            optional("trials", new Whole(1, 100_000), "50", "How many settings are tried at most."),
            optional(
                    "sampler",
                    new Choice(
                            List.of("tpe", "random", "quasi_random", "cma_es"),
                            Map.of("cmaes", "cma_es", "cma-es", "cma_es", "quasi-random", "quasi_random", "qmc", "quasi_random")),
                    "tpe",
                    "What proposes them."),
            optional(
                    "pruner",
                    choice("none", "median", "percentile", "successive_halving", "hyperband", "wilcoxon"),
                    "none",
                    "What stops a trial after a fold because others did better; `percentile` keeps the best quarter."),
            optional(
                    "every_steps",
                    new Whole(1, 100_000),
                    "between folds alone",
                    "The pruner is asked within a fold, too, after every so many boosting rounds or epochs of a single learner."),
            optional(
                    "batch",
                    new Whole(1, 1000),
                    "4",
                    "Trials that know nothing of each other and may run side by side; the result depends on it, not on"
                            + " the number of threads."),
            optional("stop_after", new Whole(1, 100_000), null, "Trials without gain after which the search ends."),
            optional("time_limit", DURATION, null, "After which no further batch begins."),
            optional(
                    "metric",
                    choice("log_loss", "brier", "rps", "rmse", "mae"),
                    "`log_loss`, of a number `rmse`",
                    "The out-of-fold loss that is made small."));

    private static final Keys CUSTOM_METRIC = keys(
            required(
                    "expression",
                    EXPRESSION,
                    "An aggregate such as `mean(case when predicted = actual then odds - 1 else -1 end)` over `p('CLASS')`,"
                            + " `predicted`, `actual`, `confidence`, `loss`, `weight`, features and columns of the source, outcomes"
                            + " included."),
            optional("better", choice("higher", "lower"), "higher", "Whether more or less of it is better."));
    private static final Shape SHARE_TEXT = new Text("a share such as `0.02`, `2%` or `10bp`", "[0-9]*\\.?[0-9]+\\s*(%|bp)?", true);

    private static final Keys BACKTEST = keys(
            optional(
                    "odds",
                    either(new ListOf(COLUMN, 1), COLUMN),
                    null,
                    "Columns of decimal odds, known before the event, in the order of the label's values; or the one of `class`."),
            optional(
                    "class",
                    new AnyScalar("a value of the label"),
                    "the second of two",
                    "With one column of odds, or with `price`: which of the label's values it is of."),
            optional(
                    "stake",
                    text(
                            "`flat`, `flat(10)`, `proportional(1%)` or `kelly(0.25)`",
                            "flat|flat\\(\\s*[0-9]*\\.?[0-9]+\\s*\\)|(kelly|proportional)\\(\\s*[0-9]*\\.?[0-9]+\\s*%?\\s*\\)"),
                    "flat",
                    "Stakes of one unit or of so many, a share of the bank, or a share of the Kelly stake. The first two bet on the"
                            + " outcome with the greatest edge of each row."),
            optional(
                    "kelly",
                    choice("single", "exclusive", "simultaneous"),
                    "exclusive",
                    "What a Kelly stake looks at together: each outcome alone, the outcomes of a row, or all rows of a day."),
            optional(
                    "bankroll",
                    new Shape.Decimal(0, true, Double.POSITIVE_INFINITY, false),
                    "1000",
                    "Starting bank in units."),
            optional("commission", SHARE_TEXT, "0", "Share of a row's net winnings that is kept, such as `2%`."),
            optional(
                    "limits",
                    keys(
                            optional("per_bet", SHARE_TEXT, "1", "Most on one outcome, as a share of the bank; not of flat stakes."),
                            optional("per_event", SHARE_TEXT, "1", "Most on one row, as a share of the bank; not of flat stakes."),
                            optional("per_day", SHARE_TEXT, "1", "Most on one day, as a share of the bank; not of flat stakes."),
                            optional(
                                    "min_odds",
                                    new Shape.Decimal(1, false, Double.POSITIVE_INFINITY, false),
                                    "1",
                                    "Lower odds are left."),
                            optional(
                                    "max_odds",
                                    new Shape.Decimal(1, true, Double.POSITIVE_INFINITY, false),
                                    null,
                                    "Higher odds are left."),
                            optional(
                                    "min_stake",
                                    new Shape.Decimal(0, false, Double.POSITIVE_INFINITY, false),
                                    "0",
                                    "A smaller stake is not placed, in units."),
                            optional(
                                    "max_stake",
                                    new Shape.Decimal(0, true, Double.POSITIVE_INFINITY, false),
                                    null,
                                    "A larger stake is cut to this, in units."),
                            optional("min_edge", SHARE_TEXT, "0", "Edge `p * odds - 1` that an outcome must exceed.")),
                    null,
                    "What is not staked."),
            optional(
                    "closing",
                    either(new ListOf(COLUMN, 1), COLUMN),
                    null,
                    "Columns of closing odds in the order of `odds`, for the closing-line value alone; outcomes may be named."),
            optional(
                    "settled",
                    keys(
                            required("profit", COLUMN, "Column of what a bet won."),
                            optional("stake", COLUMN, "one unit", "Column of the stake it won it with.")),
                    null,
                    "With one column of odds: what bets truly won, so that bets won or lost by half and returned stakes count as such."),
            optional("season", new Whole(1, 12), null, "Month with which a season begins; adds a table by season."),
            optional(
                    "price",
                    COLUMN,
                    null,
                    "Column of the price, known at the moment of a row: the rows with the highest prediction are held."),
            optional(
                    "rebalance",
                    text("`daily`, `weekly`, `monthly` or a length of time such as `12h`", "daily|weekly|monthly|[0-9]+(m|h|d|w)"),
                    "monthly",
                    "With `price`: how often holdings are chosen anew."),
            optional("top", new Whole(1, 1_000_000), "10", "With `price`: most rows that are held at a time, in equal shares."),
            optional("cost", SHARE_TEXT, "0", "With `price`: what buying or selling costs, such as `10bp`."));
    private static final Keys BEFORE_TRAINING = keys(
            optional(
                    "gates",
                    choice("stop", "warn"),
                    "stop",
                    "What a failed gate of the last load of the model's sources leads to: nothing is trained, or it is"
                            + " recorded in the run."),
            optional(
                    "drift",
                    choice("stop", "warn"),
                    "warn",
                    "What drift of the rows that the champion has not seen leads to."),
            optional(
                    "leaks",
                    choice("stop", "warn"),
                    "warn",
                    "What a sign leads to that the rows tell what nobody could know beforehand: a feature that tells the label"
                            + " alone, rows that are copies of earlier ones."));

    private static final Keys UPDATE = keys(
            optional(
                    "mode",
                    choice("continue", "refit"),
                    "continue",
                    "Further trees, epochs or steps; or the same trees, whose leaves move (xgboost, lightgbm)."),
            optional("rounds", new Whole(1, 100_000), "50", "Further trees, epochs or steps."),
            optional(
                    "learning_rate",
                    new Shape.Decimal(0, true, 1, false),
                    "`0.02`, of `refit` `0.1`",
                    "Of these; of `refit` the share of the way that a leaf moves."),
            optional("recent", DURATION, "180d", "Rows of this time before the training train."),
            optional("old", DURATION, "365d", "Rows of this time before those judge what was forgotten."),
            optional(
                    "margin",
                    new Shape.Decimal(0, false, 10, false),
                    "0.02",
                    "Share of the champion's loss on the old rows by which the update may be worse there."));

    private static final Keys REINFORCE = keys(
            optional(
                    "confidence",
                    new Shape.Decimal(0, true, 1, true),
                    "0.7",
                    "Probability of what the champion expected from which a mistake counts."),
            optional("min_samples", new Whole(1, 1_000_000), "10", "Mistakes below which nothing is learned."),
            optional("window", DURATION, "7d", "Time before the training in which mistakes count."),
            optional(
                    "weight",
                    new Shape.Decimal(1, true, 1e6, false),
                    "3",
                    "How much a mistake counts among the rows that train."),
            optional("rounds", new Whole(1, 100_000), "20", "Further trees, epochs or steps."),
            optional("learning_rate", new Shape.Decimal(0, true, 1, false), "0.01", "Of these."));

    private static final Keys RETRAIN = keys(
            optional("cool_down", DURATION, "28d", "After a training no alarm and no new data train again before this time has passed."),
            optional(
                    "budget",
                    text("trainings in a time such as `4 per 30d`", "[1-9][0-9]{0,5}\\s+per\\s+[0-9]+(m|h|d|w)"),
                    "no limit",
                    "At most so many trainings in so long, however they are asked for; only a person is not refused."),
            optional(
                    "on_new_data",
                    text("rows such as `500 rows`, or a share such as `10%`", "[1-9][0-9]{0,8}\\s+rows|[0-9]+(\\.[0-9]+)?\\s*%"),
                    null,
                    "So many new rows of its source ask for a training after a load; a share is one of those it was trained with."),
            optional("shadow", DURATION, "`0s`", "A challenger is compared at least so long before it may serve."),
            optional("canary", new Shape.Share(), null, "Share of requests that it answers before it serves alone."),
            optional("hold", DURATION, "1d", "With `canary`: so long it answers that share; a broken guardrail takes it back."),
            optional("give_up", DURATION, "180d", "A challenger about which nothing is decided by then is dropped."));

    private static final Shape MODE = choice("observe", "suggest", "act");

    private static final Keys MODES = keys(
            optional("retrain", MODE, "act", "Training again by a schedule, an alarm or new data."),
            optional("promote", MODE, "act", "Letting a challenger serve that meets its policy."),
            optional("roll_back", MODE, "act", "Taking a candidate back that breaks a guardrail of its rollout."),
            optional("stakes", MODE, "act", "Saying how much to stake; else stakes are on paper."));

    static final Keys MODEL_KEYS = keys(
            optional("extends", text("the name of a model"), null, "A model whose keys count where this one has none."),
            optional(
                    "label",
                    text("a label such as `matches.FTR`"),
                    null,
                    "What it predicts: `source.column`, an `enum` or a number among the source's outcomes; `source.label`, declared"
                            + " there; or an expression such as `bets.status in ('won', 'half_won')`. Required unless"
                            + " inherited."),
            optional(
                    "for",
                    new MapOf("VARIABLE", NAME, either(new ListOf(VALUE_OF, 1), VALUE_OF), 1),
                    null,
                    "One model for each value, or each combination of values, of one or more variables: `{VARIABLE}` in the"
                            + " model's name, which must hold each of them, and in its texts becomes the value."),
            optional(
                    "rows",
                    EXPRESSION,
                    "every row",
                    "A condition on the rows that it takes, over columns known beforehand and the model's own features:"
                            + " no other row trains it, judges it or is replayed."),
            optional(
                    "entities",
                    new MapOf("ROLE", NAME, new MapOf("KEY", NAME, KEY, 1)),
                    null,
                    "Which source column gives which key, under which role; a list or a pattern for a composite key."),
            optional(
                    "features",
                    new ListOf(EXPRESSION, 1),
                    null,
                    "Selectors `role.view.feature` and `role.view.*`, expressions over columns known beforehand such"
                        + " as `implied(AvgH, AvgD, AvgA)`, and `...` for everything of the model it extends. Required"
                        + " unless inherited."),
            optional(
                    "derive",
                    new MapOf("NAME", NAME, EXPRESSION),
                    null,
                    "Further features, computed from the selected ones and from columns known beforehand."),
            optional(
                    "learner",
                    either(LEARNER, ENSEMBLE),
                    "`xgboost`",
                    "What fits it: a name, a name with settings, an ensemble, or a preset (`best`, `fast` or `n1v1`)."),
            optional(
                    "time_limit",
                    DURATION,
                    null,
                    "How long the fits of an ensemble may take: then no further member is begun. How many there were is kept"
                            + " with the run, and later trainings of the recipe take as many."),
            optional(
                    "encode",
                    new MapOf("FEATURE", text("the name of a feature"), choice("onehot", "ordinal", "target"), 1),
                    "as the learner reads categories itself, else `onehot`",
                    "How features that are texts become numbers, fitted on training rows alone: `onehot` a column for each"
                            + " of the most frequent values and one for others, `ordinal` their place in the alphabet,"
                            + " `target` the mean label, told by other rows than the row's own."),
            optional(
                    "quantiles",
                    new ListOf(new Shape.Decimal(0, true, 1, true), 1),
                    null,
                    "Rising levels such as `[0.05, 0.5, 0.95]`: quantiles of a number that are told beside its value."),
            optional(
                    "weights",
                    text("`balanced`, or the name of a column"),
                    "every row the same",
                    "How much each row counts in training: `balanced` for classes that count the same, or a column of"
                            + " numbers from 0. Metrics count every row the same."),
            optional(
                    "validate",
                    keys(
                            optional(
                                    "walk_forward",
                                    text("a number of folds such as `6 folds`", "[0-9]{1,3}\\s+folds"),
                                    "`6 folds`",
                                    "Walk-forward folds, 2 to 100; each is judged by what was known before it."),
                            optional(
                                    "window",
                                    DURATION,
                                    "everything before",
                                    "With `walk_forward`: how far before a fold the rows that train reach."),
                            optional(
                                    "kfold",
                                    new Whole(2, 100),
                                    null,
                                    "Folds of rows at random; for rows that are independent of each other only."),
                            optional(
                                    "grouped",
                                    new Whole(2, 100),
                                    null,
                                    "Folds of whole days, so that rows of a day stay together."),
                            optional(
                                    "purged_kfold",
                                    new Whole(2, 100),
                                    null,
                                    "Blocks of time; rows whose label overlaps the block that judges do not train, nor do"
                                            + " those within the embargo after it."),
                            optional(
                                    "combinatorial_purged",
                                    text("a choice of blocks such as `2 of 6`", "[0-9]{1,2}\\s+of\\s+[0-9]{1,2}"),
                                    null,
                                    "Every choice of so many blocks of time judges once, purged likewise; at most 1000"
                                            + " choices. The complete histories are scored one by one."),
                            optional(
                                    "test",
                                    DURATION,
                                    "`60d`",
                                    "The last period, untouched, on which the metrics of a run are reported."),
                            optional(
                                    "embargo",
                                    DURATION,
                                    "the label's delay",
                                    "Gap between the rows that train and the rows that judge; at least the label's"
                                            + " delay: the outcomes' `known_after`, or the horizon with its tolerance and the"
                                            + " source's `known_after`.")),
                    null,
                    "How it is validated: by one of `walk_forward`, `kfold`, `grouped`, `purged_kfold` and"
                            + " `combinatorial_purged`."),
            optional(
                    "segments",
                    new ListOf(EXPRESSION, 1),
                    null,
                    "By whose values the metrics of the test period are split: columns known beforehand, or expressions"
                            + " over them, over features, `predicted` and `p('CLASS')`."),
            optional(
                    "metrics",
                    new MapOf("NAME", NAME, either(CUSTOM_METRIC, EXPRESSION)),
                    null,
                    "Metrics of the project's own on the test period: an expression of `mean`, `sum`, `rate` and `count` over"
                            + " its rows, reported as `test_NAME`."),
            optional(
                    "costs",
                    keys(
                            optional("retrain", MONEY, null, "A training with its evaluation."),
                            optional(
                                    "wrong_promotion",
                                    MONEY,
                                    null,
                                    "A new version that is worse than the one it replaced, until that is noticed."),
                            optional("unit_of_loss", MONEY, null, "One unit of loss (log loss of classes, squared error of numbers) in one prediction.")),
                    null,
                    "What things cost, in money: recommendations then say what they are expected to be worth."),
            optional(
                    "calibrate",
                    choice("none", "temperature", "platt", "isotonic", "beta", "venn_abers", "auto"),
                    "temperature",
                    "How probabilities are corrected on out-of-fold predictions; `auto` takes the method with the least"
                            + " log loss on later ones."),
            optional(
                    "uncertainty",
                    keys(
                            required(
                                    "conformal",
                                    new Shape.Decimal(0, true, 1, true),
                                    "Share of rows whose truth the sets or intervals hold, such as `0.90`."),
                            optional(
                                    "method",
                                    choice("lac", "aps", "raps", "residual", "cqr"),
                                    "`aps`, of a number `residual`",
                                    "How sets of classes are made: `lac` gives the smallest on average, `aps` ones that"
                                            + " grow with how hard a row is, `raps` smaller ones where classes are many. Intervals of a number: `residual`"
                                            + " of the same width everywhere, `cqr` around `quantiles`, wide where the number is hard to tell."),
                            optional(
                                    "groups",
                                    COLUMN,
                                    "all rows together",
                                    "Column of texts or whole numbers, known beforehand: the share holds within each of its"
                                            + " values that has rows enough, not only over all.")),
                    null,
                    "Sets of classes, or intervals of a number, of a stated coverage, and how far members differ; told"
                            + " with each prediction."),
            optional(
                    "threshold",
                    keys(
                            required(
                                    "maximise",
                                    choice("f1", "accuracy", "profit", "sharpe"),
                                    "What it is chosen for, on rows that nothing else was fitted on."),
                            optional(
                                    "class",
                                    new AnyScalar("a value of the label"),
                                    "the second of two",
                                    "Which of the label's values to act on."),
                            optional(
                                    "odds",
                                    COLUMN,
                                    "that of `backtest`",
                                    "With `profit` and `sharpe`: column of the value's decimal odds, known beforehand."),
                            optional(
                                    "at_least",
                                    text("a number of bets such as `100 bets`", "[0-9]{1,7}\\s+bets"),
                                    "`100 bets`, of `f1` and `accuracy` `10 bets`",
                                    "Thresholds with fewer rows to act on are not considered.")),
                    null,
                    "From which probability, or edge `p * odds - 1`, on to act; told with each prediction."),
            optional(
                    "backtest",
                    BACKTEST,
                    null,
                    "Simulated stakes at `odds`, or holdings at a `price`, over the test period; reported beside the metrics and"
                            + " by `keelson backtest`."),
            optional(
                    "baselines",
                    new ListOf(text("`frequencies`, `market(COLUMN, …)`, `probability(COLUMN, …)` or `mean`"), 0),
                    "`[frequencies]`, of a number `[mean]`",
                    "What the metrics stand beside: how often each class occurs, prices without their margin, columns that hold"
                            + " probabilities (of two classes, that of the last is enough), or the mean."),
            optional("tune", TUNE, null, "What `keelson tune` searches; no part of the model itself."),
            optional("before_training", BEFORE_TRAINING, null, "What is looked at before each training."),
            optional("update", UPDATE, null, "How `keelson train --update` goes on from the champion."),
            optional("reinforce", REINFORCE, null, "How `keelson train --reinforce` learns from confident mistakes."),
            optional("retrain", RETRAIN, null, "When it is trained again by itself, and how what comes of that gets to serve."),
            optional(
                    "modes",
                    MODES,
                    null,
                    "What is done by itself (`act`), kept as a suggestion that a person may accept (`suggest`), or only written down"
                            + " (`observe`)."),
            optional("seed", new Whole(0, Long.MAX_VALUE), "42", "Reaches everything random."));

    private static final Shape DRIFT_METHOD = choice(DriftMethod.words().toArray(String[]::new));
    private static final Shape DRIFT_THRESHOLD = new Shape.Decimal(0, false, 1_000_000, false);

    private static final Shape PERFORMANCE =
            choice("accuracy", "log_loss", "brier", "rps", "f1", "roc_auc", "mae", "rmse");

    private static final Text BASELINE = text(
            "`training`, a period such as `last 30d`, or `dataset` and a version",
            "training|last\\s+[0-9]+(m|h|d|w)|dataset\\s+\\S+");

    private static final Keys MONITOR = keys(
            optional("model", MODEL, null, "The model it watches; or `models`."),
            optional(
                    "models",
                    either(new ListOf(MODEL, 1), MODEL),
                    null,
                    "The models it watches, also of `elsewhere`; names or patterns such as `football-*`."),
            optional(
                    "policy",
                    choice("recommended", "pikkit", "acis", "n1v1", "winmix", "methods"),
                    null,
                    "A drift monitor: the rule that decides."),
            optional(
                    "method",
                    either(new MapOf("COLUMN", COLUMN, DRIFT_METHOD), DRIFT_METHOD),
                    null,
                    "Drift by `methods`: the test or distance of every column, or of each by its name."),
            optional(
                    "threshold",
                    either(new MapOf("COLUMN", COLUMN, DRIFT_THRESHOLD), DRIFT_THRESHOLD),
                    null,
                    "Drift by `methods`: where columns drift."),
            optional(
                    "psi",
                    keys(required("compat", choice("classic", "evidently"), "Whose bins and empty cells.")),
                    null,
                    "Drift by `methods`: the index as others compute it."),
            optional(
                    "segments",
                    either(new ListOf(COLUMN, 1), COLUMN),
                    null,
                    "Drift: columns whose values part the rows; each part is judged by itself as well."),
            optional("multivariate", new Shape.Flag(), "false", "Drift: also look at all columns together."),
            optional(
                    "baseline",
                    either(new ListOf(BASELINE, 1), BASELINE),
                    "training",
                    "Drift: what is compared with: the champion's training data, a period before the window (`last 30d`), or a"
                            + " version of a dataset (`dataset ID`); of several the first decides and the others are judged beside it."),
            optional(
                    "current",
                    text(
                            "a window such as `last 7d, at least 100 rows`",
                            "last\\s+[0-9]+(m|h|d|w)(\\s*,\\s*at least\\s+[0-9]{1,9}\\s+rows)?"),
                    "`last 7d, at least 100 rows`",
                    "Drift: the current window, extended back until it holds so many rows; without it `n1v1` takes `last 30d, at least 100 rows`."),
            optional(
                    "share",
                    new Shape.Share(),
                    "30%",
                    "Drift by `acis` and `methods`: share of drifted features from which the set has drifted; one suffices by `methods` without it."),
            optional(
                    "streams",
                    new ListOf(text("`log_loss`, `brier`, `rps` or `absolute_error`, or the name of an input"), 1),
                    null,
                    "Drift: watched value by value: errors of predictions whose outcome arrives, and inputs."),
            optional(
                    "detectors",
                    new ListOf(choice("adwin", "page_hinkley", "kswin"), 1),
                    "[adwin, page_hinkley]",
                    "Drift: what watches each of `streams`."),
            optional(
                    "watch",
                    new MapOf("NAME", NAME, EXPRESSION),
                    null,
                    "Drift: further monitored values, computed from columns known beforehand."),
            optional(
                    "metric",
                    either(new ListOf(PERFORMANCE, 1), PERFORMANCE),
                    null,
                    "A performance monitor: what is judged, one or several; those that do not suit a model are left out for it."),
            optional("worse_by", new Shape.Share(), "5%", "Performance: relative worsening that matters."),
            optional(
                    "limits",
                    new ListOf(EXPRESSION, 1),
                    null,
                    "Performance: how good a metric must be, whatever it was: `[brier <= 0.30, accuracy >= 45%]`."));

    private static final Shape PRESET = choice("recommended", "winmix", "acis");

    private static final Keys PROMOTION = keys(
            required("models", either(new ListOf(MODEL, 1), MODEL), "The models it governs; names or patterns."),
            optional(
                    "preset",
                    either(new ListOf(PRESET, 1), PRESET),
                    "recommended",
                    "The rule, or several that must all hold: `recommended` (two gates on paired evidence), `winmix` (champion"
                            + " + 3 %, 100 predictions, 7 days), `acis` (accuracy > 0.70 and ROC-AUC > 0.75 on the test period)."),
            optional(
                    "when",
                    new ListOf(EXPRESSION, 1),
                    null,
                    "Conditions on metrics of the test period (`accuracy > 0.70`) and on what was served beside the champion"
                            + " (`better_than_champion >= 3%`); with them and no `preset` they alone decide."),
            optional(
                    "approve",
                    choice("person"),
                    null,
                    "A person must agree besides: `keelson models approve`. A replay does not ask."),
            optional(
                    "refresh",
                    keys(
                            required(
                                    "margin",
                                    text("a margin such as `0.005 log_loss`, or `2.5 mse` of numbers", "[0-9]*\\.?[0-9]+\\s+(log_loss|brier|rps|mse|mae)"),
                                    "How much worse it may be at most. A model whose losses the unit is none of may be worse by 0.5 % of what its champion lost on the test period."),
                            optional(
                                    "alpha",
                                    new Shape.Decimal(0, true, 0.5, true),
                                    "0.05",
                                    "Chance that one that is worse by more than that is promoted.")),
                    "`{ margin: 0.005 log_loss }`",
                    "Same recipe, newer data: promoted unless worse."),
            optional(
                    "change",
                    keys(
                            optional(
                                    "alpha",
                                    new Shape.Decimal(0, true, 0.5, true),
                                    "0.05",
                                    "Chance of a false promotion over the whole test."),
                            optional(
                                    "profit",
                                    new Shape.Decimal(0, true, 1_000, false),
                                    null,
                                    "Judged by the profit of flat bets of one unit at the prices of `backtest: { odds }` or of the"
                                            + " baseline `market(...)`; a win counts up to so many units, and what that cuts off is told."
                                            + " Without it by the loss of `refresh`."),
                            optional(
                                    "worthwhile",
                                    new Shape.Decimal(0, false, Double.POSITIVE_INFINITY, true),
                                    "0",
                                    "A mean gain up to it, in the unit of the loss, is none."),
                            optional(
                                    "strict",
                                    new Shape.Flag(),
                                    "false",
                                    "Whether the distribution-free evidence must suffice too, however many epochs there are."),
                            optional(
                                    "look_every",
                                    new Whole(1, 1_000),
                                    null,
                                    "Look every so many settlement epochs alone, by the bounds of a group-sequential test that ends"
                                            + " at the horizon: more power than evidence that holds at any time."),
                            optional(
                                    "together",
                                    keys(
                                            required(
                                                    "challengers",
                                                    new Whole(2, 100),
                                                    "How many changes against one champion share `alpha`, in the order in which their tests begin."),
                                            optional(
                                                    "bound",
                                                    choice("any", "share"),
                                                    "any",
                                                    "What `alpha` bounds: the chance that any of them is promoted though it is no better (closed"
                                                            + " means of e-values), or the expected share of those that are no better among"
                                                            + " all that are shown to be better (e-BH).")),
                                    null,
                                    "Challengers of one champion share `alpha`, and what each has shown helps the others. Without it each"
                                            + " has `alpha` of its own.")),
                    "`{ alpha: 0.05 }`",
                    "Another recipe: promoted when better, by evidence that is valid at any time."),
            optional(
                    "horizon",
                    new Whole(30, 100_000),
                    "180",
                    "Settlement epochs after which a challenger without a decision is dropped."),
            optional(
                    "epoch",
                    choice("day", "decision_day", "segment"),
                    "day",
                    "What makes up a settlement epoch: the day of the event, the day on which the champion was asked, or the day and"
                            + " the event's segment (a race card, a league)."),
            optional(
                    "overlapping",
                    new Whole(1, 1_000),
                    "1",
                    "So many settlement epochs in a row are not independent, as outcomes show as much later."),
            optional(
                    "budget",
                    keys(
                            required(
                                    "alpha",
                                    new Shape.Share(),
                                    "Chance of a false promotion that all challengers of a model in one quarter may have together."),
                            optional(
                                    "when_spent",
                                    choice("refuse", "raise"),
                                    "refuse",
                                    "What becomes of a challenger for which not enough is left: it waits for the next quarter, or the"
                                            + " bar rises, as it gets half of what is left.")),
                    null,
                    "A bound on promotions by luck over many challengers."),
            optional(
                    "watch",
                    new Whole(1, 100_000),
                    null,
                    "Settlement epochs for which a champion that was replaced goes on predicting beside the new one; it comes back when"
                            + " it is shown to be better."),
            optional(
                    "guards",
                    new ListOf(EXPRESSION, 0),
                    null,
                    "Conditions that must hold besides, over `predictions` and `days`."));

    private static final Keys SCHEDULE = keys(
            required(
                    "cron", text("five fields such as `0 2 * * *`"), "Minute, hour, day of month, month, day of week."),
            optional("zone", ZONE, "`timezone`", "The zone in which the fields are read."),
            required("run", choice("materialize", "drift", "decay", "baseline", "health", "retrain", "update", "reinforce", "validate"), "What runs."),
            optional("on_drift", choice("alert", "retrain"), "alert", "What follows an alarm of `run: drift`."),
            optional("on_decay", choice("alert", "retrain"), "alert", "What follows decay found by `run: decay`."),
            optional(
                    "missed",
                    choice("once", "skip", "all"),
                    "once",
                    "Of the times that passed while nothing ran: the last runs, none does, or each does."),
            optional(
                    "jitter",
                    DURATION,
                    "`0s`",
                    "Each time begins up to so much later, so that not all schedules begin at once."));

    private static final Keys CHANNEL = keys(
            optional("token", text("a variable such as `${TELEGRAM_BOT_TOKEN}`"), null, "Of a bot of Telegram."),
            optional("chat", text("a number or `@name`"), null, "Of Telegram: whom the bot writes to."),
            optional(
                    "webhook",
                    text("an address such as `${SLACK_URL}`"),
                    null,
                    "An incoming webhook of Slack; with `secret` any other, which is sent signed JSON."),
            optional(
                    "secret",
                    text("a variable such as `${N8N_SECRET}`"),
                    null,
                    "What JSON is signed with (HMAC-SHA256), of at least 16 characters."),
            optional(
                    "smtp",
                    text("an address such as `${SMTP_URL}`"),
                    null,
                    "A mail server, `smtp://user:password@host:587`, or `smtps://` where it is encrypted from the start."),
            optional("from", text("a mailbox"), "`keelson@localhost`", "Of mail: who it is from."),
            optional("to", new ListOf(text("a mailbox"), 1), null, "Of mail: who gets it."),
            optional(
                    "on",
                    new ListOf(choice(AlertsSection.KINDS.toArray(String[]::new)), 1),
                    "everything",
                    "The kinds of alerts that are told there."));

    private static final Keys REGISTRY = keys(
            required(
                    "remote",
                    text("an address such as `${MLFLOW_TRACKING_URI}`"),
                    "Where it is, `https://host`; empty for none. When it cannot be reached, work goes on and changes wait."),
            optional("token", text("a variable such as `${MLFLOW_TOKEN}`"), null, "Sent as a bearer token."),
            optional("username", text("a name"), null, "Sent with `password`, instead of a token."),
            optional("password", text("a variable such as `${MLFLOW_PASSWORD}`"), null, "Of `username`."),
            optional(
                    "write",
                    new ListOf(choice(RegistrySection.RUNS, RegistrySection.VERSIONS), 0),
                    "both",
                    "What is told: runs of trainings with their files; versions with their aliases and stages."),
            optional(
                    "resolve",
                    choice(RegistrySection.REMOTE_FIRST, "local"),
                    "`remote-first`",
                    "Where `models:/NAME/STAGE` and `models:/NAME@ALIAS` are looked up; there first, and here when it cannot be"
                            + " reached, or here alone."));

    private static final Keys SERVE = keys(
            optional(
                    "default_model",
                    MODEL_NAME,
                    "the only model",
                    "Answers where a request cannot name a model: `/invocations`."),
            optional(
                    "callbacks",
                    keys(
                            required("secret", text("a variable such as `${CALLBACK_SECRET}`"), "What is sent is signed with it, as a webhook of `alerts` is."),
                            required(
                                    "allow",
                                    new ListOf(text("the beginning of an address such as `https://n8n.example.org/webhook/`"), 1),
                                    "Addresses that begin so may be called.")),
                    null,
                    "Where whoever asks for a job over HTTP may have its end told: `callback` of the request."),
            optional(
                    "tokens",
                    new MapOf(
                            "NAME",
                            NAME,
                            keys(
                                    required(
                                            "token",
                                            text("a variable such as `${DASHBOARD_TOKEN}`"),
                                            "The secret, of at least 16 characters; empty turns it off."),
                                    optional(
                                            "role",
                                            choice("read", "predict", "admin"),
                                            "`predict`",
                                            "What its holder may do: look at everything; also ask for predictions and send"
                                                    + " outcomes; or change anything."))),
                    null,
                    "Who may ask, `Authorization: Bearer TOKEN`. With one, every request needs one, and the server may listen on"
                            + " addresses of other machines."),
            optional(
                    "origins",
                    new ListOf(text("an origin such as `https://dashboard.example.com` or `chrome-extension://ID`"), 1),
                    null,
                    "Pages of other sites, and browser extensions, that may look and ask for predictions."),
            optional(
                    "hosts",
                    new ListOf(text("a name such as `keelson.example.com`"), 1),
                    null,
                    "Names the server is reached by, beside those of this machine."),
            optional(
                    "limits",
                    keys(
                            optional(
                                    "connections", new Whole(1, 1_000_000), "4096", "Open at once; more wait to be accepted."),
                            optional(
                                    "per_address",
                                    new Whole(0, 1_000_000),
                                    "1024",
                                    "Connections of one address; more are turned away with 429. 0 for no limit."),
                            optional(
                                    "per_client",
                                    new Whole(0, 10_000_000),
                                    "0",
                                    "Requests a second of one client, the holder of a token or else an address; more are answered"
                                            + " with 429. 0 for no limit."),
                            optional(
                                    "rows",
                                    new Whole(0, 2_000_000_000),
                                    "10000000",
                                    "Rows of one stream (CSV, lines of JSON, Parquet) that are answered; more are refused with 413."
                                            + " 0 for no limit."),
                            optional(
                                    "delay",
                                    DURATION,
                                    "`25ms`",
                                    "Requests for predictions are answered with 503 while those before them wait longer."),
                            optional("receive", DURATION, "`30s`", "So long a request may take to arrive as a whole, an answer to be taken, and a stream to send more."),
                            optional("idle", DURATION, "`2m`", "So long a connection may wait for its next request."),
                            optional(
                                    "notice",
                                    DURATION,
                                    "`0s`",
                                    "So long `/ready` says that the server ends before it stops to listen."),
                            optional("drain", DURATION, "`10s`", "So long running requests are given when the server ends.")),
                    null,
                    "What is taken on at once."),
            optional(
                    "engines",
                    keys(
                            optional("threads", new Whole(1, 1_000), "half of the processors", "Threads that predict at once."),
                            optional(
                                    "queue",
                                    new Whole(1, 1_000_000),
                                    "64",
                                    "Requests that wait for them; more are answered with 503."),
                            optional(
                                    "deadline",
                                    DURATION,
                                    "`10s`",
                                    "Requests that are not predicted by then are answered with 503.")),
                    null,
                    "The threads of models by engines: `mlp`, `lstm`, and files of ONNX and CatBoost. No other model waits for them."),
            optional(
                    "bets",
                    keys(
                            required("model", MODEL_NAME, "Answers with the chance that a bet is won: its last class, or its number."),
                            optional("odds", COLUMN, "`odds`", "Decimal odds."),
                            optional("fair", COLUMN, "none", "The chance by the consensus of prices, without margin."),
                            optional("closing", COLUMN, "none", "Odds when betting ended, for the closing line value."),
                            optional("stake", COLUMN, "`stake`", "What was bet, in money."),
                            optional("profit", COLUMN, "`profit`", "What it brought beside the stake; missing until it is settled."),
                            optional("by", new ListOf(COLUMN, 1), "none", "Texts that bets are counted by, such as sport and market."),
                            optional(
                                    "bandit",
                                    MODEL_NAME,
                                    "none",
                                    "Decides which share of the Kelly stake is suggested; without one a quarter, at most 5 % of the bank."),
                            optional(
                                    "webhook",
                                    keys(
                                            required("url", text("an address such as `${BETS_WEBHOOK}`"), "Where it is sent; empty turns it off."),
                                            required("secret", text("a variable such as `${BETS_WEBHOOK_SECRET}`"), "What it is signed with (HMAC-SHA256).")),
                                    null,
                                    "Is told each captured opportunity.")),
                    null,
                    "How bets are scored, counted and captured, for a browser extension: `docs/guide/extension.md`."));

    private static final Keys SYNC = keys(
            required(
                    "from",
                    text("a source, `predictions`, `evaluations` or `check_results`"),
                    "Whose rows are written: those of a source's latest dataset, predictions that were served, predictions"
                            + " with their outcomes, or what became of checks."),
            optional(
                    "postgres",
                    text("an address such as `${DB_URL}`"),
                    null,
                    "A PostgreSQL database, `postgresql://user:password@host:port/database`; with `table`. Required unless"
                            + " there is `supabase`."),
            optional(
                    "table",
                    text("a table such as `public.predictions`"),
                    null,
                    "The table of the database, with its schema or without."),
            optional("supabase", SUPABASE, null, "A table behind Supabase's REST interface."),
            optional(
                    "columns",
                    either(new ListOf(COLUMN, 1), new MapOf("COLUMN", COLUMN, COLUMN, 1)),
                    "all",
                    "Which columns are written; a mapping gives them other names there. Others there keep what they hold."),
            optional(
                    "key",
                    either(new ListOf(COLUMN, 1), COLUMN),
                    "the source's `key`, else `id`",
                    "The columns that identify a row there, by their names here; they need a unique constraint there."));

    private static final Keys BANDIT = keys(
            required(
                    "profit",
                    EXPRESSION,
                    "What a stake of 1 brought: the address of a label, or an expression such as"
                            + " `profit(bets.status, bets.odds)`. Its source has the bets."),
            required("probability", COLUMN, "The chance of winning, known before the bet."),
            required("odds", COLUMN, "Decimal odds."),
            required("context", new ListOf(COLUMN, 1), "Numbers that decide, known before the bet."),
            optional(
                    "actions",
                    new ListOf(new Shape.Decimal(0, false, 1, false), 2),
                    "0, 0.25, 0.5, 1",
                    "Shares of the Kelly stake, ascending."),
            optional(
                    "algorithm",
                    choice("thompson", "linucb"),
                    "thompson",
                    "Each action as often as it is the best by the posterior, or the one with the highest confidence bound."),
            optional(
                    "explore",
                    new Shape.Share(),
                    "10%",
                    "Share of decisions drawn evenly from all actions, so that each can be judged later."),
            optional(
                    "width",
                    new Shape.Decimal(0, false, 100, false),
                    "1",
                    "Standard errors that `linucb` adds."),
            optional(
                    "ridge",
                    new Shape.Decimal(0, true, Double.POSITIVE_INFINITY, true),
                    "1",
                    "Strength of the prior that coefficients are 0, in rows."),
            optional(
                    "reward",
                    choice("growth", "profit"),
                    "growth",
                    "The logarithm of the bank's growth, or the profit as a share of the bank."),
            optional("cap", new Shape.Decimal(0, true, 1, true), "0.1", "The greatest Kelly stake, as a share of the bank."),
            optional(
                    "current",
                    new Text("one of the actions, or `logged`", null, true),
                    "the second action",
                    "What is done while there is no champion: always that action, or what the log did."),
            optional(
                    "log",
                    either(
                            keys(
                                    required("action", COLUMN, "The share of the Kelly stake that was staked."),
                                    required("propensity", COLUMN, "How likely it was."),
                                    optional(
                                            "reward",
                                            COLUMN,
                                            "of action and profit",
                                            "What came of it.")),
                            choice("simulated", "decisions")),
                    "simulated",
                    "Where decisions come from: drawn evenly for each bet of the past, whose outcome is known for any stake;"
                            + " those of `decide`; or columns of the source."),
            optional("test", new Shape.Decimal(0, true, 1, true), "0.3", "Share of the decisions, the latest, that judge."),
            optional(
                    "clip",
                    new Shape.Decimal(1, false, Double.POSITIVE_INFINITY, true),
                    "100",
                    "The greatest weight of a decision when it judges."),
            optional("seed", new Whole(0, Long.MAX_VALUE), "42", "Seed of everything drawn."));
    private static final Keys BENCHMARK = keys(
            optional(
                    "models",
                    either(new ListOf(MODEL, 1), MODEL),
                    "all",
                    "Whose champions are judged: `all`, or names; patterns such as `football-*` are allowed."),
            optional(
                    "rows",
                    text("`test`, or a time such as `last 90d`"),
                    "test",
                    "Which rows they are judged on, always without those that a model was trained on: all that is left, or of"
                            + " these the ones of so long before the newest event."),
            optional(
                    "targets",
                    either(
                            new ListOf(text("a target such as `f1(buy) >= 0.70` or `latency <= 100ms`"), 1),
                            text("a target such as `f1(buy) >= 0.70` or `latency <= 100ms`")),
                    null,
                    "What each of the models must reach, where it is about something the model tells."),
            optional(
                    "worse_by",
                    new Shape.Share(),
                    "`5%`",
                    "Relative change for the worse from the benchmark before that is a regression."),
            optional("latency_noise", DURATION, "`1ms`", "Differences of latency below it are no regression."));

    private static final Keys ELSEWHERE = keys(
            optional(
                    "classes",
                    new ListOf(new Text("a text", null, true), 2),
                    "none: it predicts a number",
                    "The classes it predicts, in order."),
            optional(
                    "features",
                    new ListOf(new Text("a name", null, true), 1),
                    null,
                    "Names of the features that are handed in with its predictions."));

    private static final Keys PROJECT = keys(
            required("keelson", new Whole(1, 1), "Version of this grammar: 1."),
            required("project", MODEL_NAME, "Name of the project."),
            optional("description", text("a text"), null, "What it is for; model cards say it."),
            required("timezone", ZONE, "Zone of dates, times without a zone, and schedules."),
            required("sources", new MapOf("NAME", NAME, SOURCE, 1), "Tables of events."),
            optional(
                    "stores",
                    keys(
                            optional(
                                    "online",
                                    text("`embedded`, or an address such as `${ONLINE_STORE}`"),
                                    "embedded",
                                    "Where the latest feature values are: in the project's own folder, or shared by"
                                            + " several servers, `postgresql://user:password@host:port/database` or"
                                            + " `redis://user:password@host:port/number` (`rediss:` with TLS)."),
                            optional(
                                    "catalog",
                                    text("`embedded`, or an address such as `${CATALOG_STORE}`"),
                                    "embedded",
                                    "Where runs, registered versions and the audit trail are: in the project's own"
                                            + " folder, or in a database of their own,"
                                            + " `postgresql://user:password@host:port/database`.")),
                    null,
                    "Stores that are not embedded."),
            optional("entities", new MapOf("NAME", NAME, ENTITY), null, "Who features are about."),
            optional(
                    "feature_views",
                    new MapOf("NAME", NAME, FEATURE_VIEW),
                    null,
                    "Features computed together from past events."),
            optional("models", new MapOf("NAME", MODEL_NAME, MODEL_KEYS), null, "Models."),
            optional("bandits", new MapOf("NAME", MODEL_NAME, BANDIT), null, "Policies that size stakes."),
            optional(
                    "monitors",
                    new MapOf("NAME", NAME, MONITOR),
                    null,
                    "Drift monitors (with `policy`) and performance monitors (with `metric`)."),
            optional(
                    "policies",
                    keys(optional("promote", PROMOTION, null, "When a challenger replaces the champion.")),
                    null,
                    "Policies."),
            optional(
                    "changes",
                    new ListOf(
                            keys(
                                    required(
                                            "at",
                                            text("a day such as `2020-03-15`", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),
                                            "The day, in the project's zone."),
                                    required("what", text("a text"), "What happened, such as `no spectators`.")),
                            1),
                    null,
                    "Days on which the world is known to have changed: `keelson policy compare` judges alarms by them."),
            optional(
                    "benchmarks",
                    new MapOf("NAME", NAME, BENCHMARK),
                    null,
                    "Sets of models that `keelson benchmark` judges on the same rows."),
            optional("schedules", new MapOf("NAME", NAME, either(SCHEDULE, choice(SchedulePresets.NAMES.toArray(String[]::new)))),
                    null,
                    "Jobs and when they are due; `preset: pikkit`, or any other name with the word, stands for the schedules of that system."),
            optional(
                    "alerts",
                    new MapOf("NAME", NAME, CHANNEL),
                    null,
                    "Where alerts are told: `docs/reference/alerts.md`. Without any they are in the inbox alone."),
            optional("serve", SERVE, null, "How the project is served: who may ask, and how much at once."),
            optional(
                    "elsewhere",
                    new MapOf("NAME", MODEL_NAME, ELSEWHERE),
                    null,
                    "Models that others serve, whose predictions and outcomes are handed in."),
            optional(
                    "prediction_log",
                    keys(
                            optional(
                                    "remote",
                                    text("an address such as `${PREDICTION_LOG}`"),
                                    null,
                                    "A database that predictions, outcomes, evaluations and trainings are copied to,"
                                            + " `postgresql://user:password@host:port/database`; empty turns it off."),
                            optional(
                                    "table",
                                    text("a name, with its schema before a dot or without"),
                                    "`evaluation_log`",
                                    "The table there; it is made where there is none.")),
                    null,
                    "Where the log of predictions is copied to."),
            optional("sync", new MapOf("NAME", NAME, SYNC), null, "Tables elsewhere that `keelson sync` writes back to."),
            optional(
                    "registry",
                    REGISTRY,
                    null,
                    "Another registry, a Keelson or an MLflow server, that is told what happens in this one."));

    private ProjectGrammar() {}

    /** The whole file. */
    static Keys project() {
        return PROJECT;
    }

    /**
     * The grammar as a JSON Schema (draft 2020-12) for editors, indented, with a line feed at its end. It knows what
     * values look like, not what they refer to: {@code keelson validate} checks both.
     */
    public static String jsonSchema() {
        return SchemaWriter.write(PROJECT);
    }

    /** The grammar as Markdown tables of keys, one for each mapping, in the order of the file. */
    public static String markdown() {
        return GrammarTables.write(PROJECT);
    }

    private static Shape.Decimal anyNumber() {
        return new Shape.Decimal(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false);
    }

    private static Keys learnerKeys() {
        Text name = text(Shape.list(LEARNERS, "or"));
        Shape member = either(name, new MapOf("LEARNER", NAME, SETTINGS));
        return keys(
                new OtherKey("LEARNER", SETTINGS, "A learner and its settings."),
                optional(
                        "ensemble",
                        new ListOf(member, 2),
                        null,
                        "Several learners; a member is a name or a name with settings."),
                optional(
                        "combine",
                        choice("blend"),
                        "blend",
                        "How several learners become one: a blend with weights fitted on out-of-fold predictions."),
                optional(
                        "voting",
                        keys(
                                members(member, 2),
                                optional(
                                        "vote",
                                        choice("soft", "hard"),
                                        "`soft`",
                                        "The mean of the probabilities, or how many members find a class most probable."),
                                WEIGHTS),
                        null,
                        "Learners fitted on all rows whose predictions are averaged."),
                optional(
                        "stacking",
                        keys(
                                members(member, 2),
                                FOLDS,
                                SPLIT,
                                BAGGED,
                                optional(
                                        "l2",
                                        new Shape.Decimal(1e-6, false, 1e9, false),
                                        "1",
                                        "Ridge of the logistic regression that classes are predicted by."),
                                optional(
                                        "alpha",
                                        new Shape.Decimal(0, false, 1e12, false),
                                        "0.001",
                                        "Ridge of the linear regression that a number is predicted by."),
                                WEIGHTS),
                        null,
                        "A regression on the members' out-of-fold predictions. The weights are those of a vote where the rows"
                                + " do not suffice for folds."),
                optional(
                        "greedy",
                        keys(
                                members(member, 2),
                                FOLDS,
                                SPLIT,
                                BAGGED,
                                optional("rounds", new Whole(1, 10_000), "100", "Picks at most.")),
                        null,
                        "A weighted mean, picked member by member on out-of-fold predictions."),
                optional(
                        "bagging",
                        keys(members(member, 1), FOLDS, SPLIT),
                        null,
                        "The mean of each member's fold models."));
    }

    private static Shape.KnownKey members(Shape member, int least) {
        return required("members", new ListOf(member, least), "Learners; a member is a name or a name with settings.");
    }
}
