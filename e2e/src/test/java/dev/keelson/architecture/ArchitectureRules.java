package dev.keelson.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toUnmodifiableMap;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The architecture rules over the packages below one root. The product's root is {@code dev.keelson}; a fixture is a
 * small tree of the same shape below a root of its own.
 *
 * <p>A <em>topic</em> is the first package below the root ({@code dev.keelson.monitor.spi} belongs to {@code monitor});
 * every topic belongs to one module.
 */
final class ArchitectureRules {
    /** Modules with their topics. A new package directly below {@code dev.keelson} is added here first. */
    static final Map<String, Set<String>> TOPICS_OF_MODULE = Map.ofEntries(
            Map.entry("core", Set.of("error", "expression", "frame", "id", "metrics", "simulate", "stats")),
            Map.entry("learn", Set.of("learn")),
            Map.entry("flow", Set.of("control", "data", "features", "labels", "monitor", "registry", "serve", "sync", "train")),
            Map.entry("store", Set.of("store")),
            Map.entry("boosting", Set.of("boosting")),
            Map.entry("torch", Set.of("torch")),
            Map.entry("onnx", Set.of("onnx")),
            Map.entry("catboost", Set.of("catboost")),
            Map.entry("app", Set.of("console", "http", "lineage", "project", "remote", "wiring")),
            Map.entry("cli", Set.of("cli")),
            Map.entry("client", Set.of("client")));

    /** Module to the modules below it. */
    private static final Map<String, Set<String>> MODULES_BELOW = Map.ofEntries(
            Map.entry("core", Set.of()),
            Map.entry("learn", Set.of("core")),
            Map.entry("flow", Set.of("core", "learn")),
            Map.entry("store", Set.of("core", "learn", "flow")),
            Map.entry("boosting", Set.of("core", "learn", "flow")),
            // Optional at run time: found as a service, so that not even app names it.
            Map.entry("torch", Set.of("core", "learn")),
            Map.entry("onnx", Set.of("core", "learn")),
            Map.entry("catboost", Set.of("core", "learn")),
            Map.entry("app", Set.of("core", "learn", "flow", "store", "boosting")),
            // Not store and boosting: only app names adapters.
            Map.entry("cli", Set.of("core", "learn", "flow", "app")),
            // Asks over HTTP and knows nothing of the rest.
            Map.entry("client", Set.of()));

    /** The order of the loop: topic of flow to the topics of flow that it may use, directly or through another. */
    private static final Map<String, Set<String>> TOPICS_BELOW = Map.of(
            "data", Set.of(),
            "registry", Set.of(),
            "features", Set.of("data"),
            "labels", Set.of("data"),
            "train", Set.of("features", "labels", "registry", "data"),
            "serve", Set.of("features", "registry", "data"),
            "monitor", Set.of("serve", "features", "registry", "data"),
            "sync", Set.of("serve", "registry", "data"), // beside the loop: what was kept is written back
            "control", Set.of("train", "serve", "monitor", "registry", "features", "labels", "data"));

    private static final Map<String, String> MODULE_OF_TOPIC = TOPICS_OF_MODULE.entrySet().stream()
            .flatMap(module -> module.getValue().stream().map(topic -> Map.entry(topic, module.getKey())))
            .collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private static final Set<String> ADAPTER_MODULES = Set.of("store", "boosting", "torch", "onnx", "catboost");

    private final String root;

    ArchitectureRules(String root) {
        this.root = root;
    }

    /** Every package is in a module that these rules know. */
    ArchRule everyPackageBelongsToAModule() {
        return classes()
                .should(satisfy("belong to a module", type ->
                        module(type).isEmpty() ? Stream.of("%s is in no known module".formatted(type.getName())) : Stream.of()))
                .because("an unknown package would slip past every rule; name it in TOPICS_OF_MODULE");
    }

    /** cli -> app -> {store, boosting} -> flow -> learn -> core; adapters never know each other; only app names them. */
    ArchRule modulesPointDownwards() {
        return classes()
                .should(onlyDependOn("modules below their own", (from, to) -> module(from).equals(module(to))
                        || MODULES_BELOW.getOrDefault(module(from), Set.of()).contains(module(to))))
                .because("the arrows are cli -> app -> {store, boosting} -> flow -> learn -> core, and only app names adapters");
    }

    /** Inside flow: control -> {train, serve, monitor} -> {features, registry} -> data. */
    ArchRule theLoopHasOneDirection() {
        return classes()
                .that(areInModule("flow"))
                .should(onlyDependOn("topics of flow before their own", (from, to) -> !module(to).equals("flow")
                        || topic(from).equals(topic(to))
                        || TOPICS_BELOW.getOrDefault(topic(from), Set.of()).contains(topic(to))))
                .because("data flows from source to control, and back to train through control only");
    }

    /** A registered version is bytes and facts; what learning is does not matter to it. */
    ArchRule registryKnowsNothingOfLearning() {
        return noClasses()
                .that(areInTopic("registry"))
                .should()
                .dependOnClassesThat(areInModule("learn"));
    }

    /** Serving is called by HTTP and knows nothing of it. */
    ArchRule servingKnowsNothingOfHttp() {
        return noClasses()
                .that(areInTopic("serve"))
                .should()
                .dependOnClassesThat(
                        areIn("java.net.http", "com.sun.net.httpserver", "io.helidon", root + ".http"));
    }

    /** core and learn are functions and values: no files, sockets or databases. */
    ArchRule coreAndLearnDoNoInputOrOutput() {
        return noClasses()
                .that(areInModule("core").or(areInModule("learn")))
                .should()
                .dependOnClassesThat(areIn("java.net", "java.nio.file", "java.sql", "javax.sql", "java.lang.foreign")
                        .or(isFileAccess()));
    }

    /** core and learn depend on their arguments alone: no clock, no seed from outside, no environment. */
    ArchRule coreAndLearnReadNoClockAndNoHiddenSeed() {
        return noClasses()
                .that(areInModule("core").or(areInModule("learn")))
                .should()
                .accessTargetWhere(readsClock().or(readsHiddenSeed()).or(readsEnvironment()));
    }

    /** In flow, too, time is a parameter, and randomness comes with a seed. (Measuring how long something took is allowed.) */
    ArchRule timeIsAParameterOfTheLoop() {
        return noClasses()
                .that(areInModule("flow"))
                .should()
                .accessTargetWhere(readsWallClock().or(readsHiddenSeed()));
    }

    /** No driver, web server or file access in flow; its spi may name a path. */
    ArchRule flowHasNoDrivers() {
        return noClasses()
                .that(areInModule("flow"))
                .should()
                .dependOnClassesThat(areIn(
                                "java.sql", "javax.sql", "org.duckdb", "org.sqlite", "org.postgresql", "org.jdbi", "org.flywaydb",
                                "ml.dmlc", "io.helidon", "java.net.http")
                        .or(isFileAccess())
                        .or(named("java.nio.file.Files")));
    }

    /**
     * spi packages are for the topic itself, for the topics after it in the loop (one use case is one transaction across
     * topics), for adapters, for lineage, which reads what all of them have stored, for MLflow's protocol and the pages of the
     * registry, each call of which is a transaction of the catalogue, for remote, which fills them from another registry, and for the composition root that brings
     * them together.
     */
    ArchRule spiIsForAdaptersAndItsTopic() {
        return classes()
                .should(onlyDependOn("spi packages of their own topic or one before it", (from, to) -> !isInPart(to, "spi")
                        || topic(from).equals(topic(to))
                        || TOPICS_BELOW.getOrDefault(topic(from), Set.of()).contains(topic(to))
                        || (topic(from).equals("train") && topic(to).equals("learn")) // training is what learners are made for
                        || ADAPTER_MODULES.contains(module(from))
                        || topic(from).equals("lineage") // it is computed across topics from what they have stored
                        || topic(from).equals("remote") // what another registry holds is brought into the stores as a whole
                        || (Set.of("http", "console").contains(topic(from))
                                && topic(to).equals("registry")) // a call of MLflow's protocol, or a page, is one transaction
                        || topic(from).equals("wiring")));
    }

    /** internal packages are their topic's own. */
    ArchRule internalIsPrivateToItsTopic() {
        return classes()
                .should(onlyDependOn("internal packages of their own topic", (from, to) ->
                        !isInPart(to, "internal") || topic(from).equals(topic(to))));
    }

    /** Models and state are data. */
    ArchRule nothingIsSerialisedByJava() {
        return noClasses()
                .should()
                .dependOnClassesThat(named(
                        "java.io.ObjectInputStream", "java.io.ObjectOutputStream", "java.io.Externalizable",
                        "java.io.ObjectInputFilter", "java.beans.XMLDecoder"))
                .orShould()
                .dependOnClassesThat(areIn("com.esotericsoftware.kryo"))
                .orShould(satisfyThat("declare java.io.Serializable", type -> type.getRawInterfaces().stream()
                        .anyMatch(declared -> declared.getName().equals("java.io.Serializable"))));
    }

    /** Only the command line talks to the terminal and ends the process; a worker is a process of its own, and ends itself. */
    ArchRule onlyTheCommandLineUsesTheTerminal() {
        return noClasses()
                .that(describe(
                        "are outside cli and no worker",
                        type -> !module(type).equals("cli") && !type.getSimpleName().equals("TrainingWorker")))
                .should()
                .accessTargetWhere(access(
                        "the terminal or the end of the process",
                        "java.lang.System.out", "java.lang.System.err", "java.lang.System.in", "java.lang.System.exit",
                        "java.lang.Runtime.exit", "java.lang.Runtime.halt", "java.lang.Throwable.printStackTrace"));
    }

    /** Absence is written in types: every package is {@code @NullMarked}. */
    ArchRule everyPackageIsNullMarked() {
        return classes()
                .should(satisfy("be in a @NullMarked package", type -> type.getPackage().isAnnotatedWith(NullMarked.class)
                        ? Stream.of()
                        : Stream.of("%s has no package-info.java with @NullMarked".formatted(type.getPackageName()))));
    }

    /** Module of a class, empty if it is outside the root or in no known topic. */
    String module(JavaClass type) {
        return MODULE_OF_TOPIC.getOrDefault(topic(type), "");
    }

    private String topic(JavaClass type) {
        String name = component(type).getPackageName();
        if (!name.startsWith(root + ".")) {
            return "";
        }
        String below = name.substring(root.length() + 1);
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }

    private boolean isInPart(JavaClass type, String part) {
        String name = component(type).getPackageName() + ".";
        return name.startsWith(root + ".") && name.contains("." + part + ".");
    }

    private static JavaClass component(JavaClass type) {
        return type.getBaseComponentType();
    }

    private DescribedPredicate<JavaClass> areInModule(String module) {
        return describe("are in " + module, type -> module(type).equals(module));
    }

    private DescribedPredicate<JavaClass> areInTopic(String topic) {
        return describe("are in " + topic, type -> topic(type).equals(topic));
    }

    private static DescribedPredicate<JavaClass> areIn(String... packages) {
        return describe("are in " + String.join(", ", packages), type -> Stream.of(packages)
                .anyMatch(name -> (component(type).getPackageName() + ".").startsWith(name + ".")));
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        return describe("are " + String.join(", ", names), type -> Set.of(names).contains(component(type).getName()));
    }

    private static DescribedPredicate<JavaClass> isFileAccess() {
        return named(
                "java.io.File", "java.io.FileReader", "java.io.FileWriter", "java.io.FileInputStream",
                "java.io.FileOutputStream", "java.io.FileDescriptor", "java.io.RandomAccessFile",
                "java.nio.channels.FileChannel");
    }

    private static DescribedPredicate<JavaAccess<?>> readsWallClock() {
        return describe("the wall clock", access -> switch (member(access)) {
            case "java.lang.System.currentTimeMillis",
                    "java.time.InstantSource.system",
                    "java.time.Clock.systemUTC",
                    "java.time.Clock.systemDefaultZone",
                    "java.time.Clock.system",
                    "java.time.Clock.tickMillis",
                    "java.time.Clock.tickSeconds",
                    "java.time.Clock.tickMinutes" -> true;
            case "java.util.Date.<init>" -> parameters(access).isEmpty();
            // now(Clock) is told the time; now() and now(ZoneId) look for it themselves.
            case String other ->
                other.startsWith("java.time.")
                        && other.endsWith(".now")
                        && !parameters(access).equals(List.of("java.time.Clock"));
        });
    }

    private static DescribedPredicate<JavaAccess<?>> readsClock() {
        return readsWallClock().or(access("", "java.lang.System.nanoTime")).as("the clock");
    }

    private static DescribedPredicate<JavaAccess<?>> readsHiddenSeed() {
        return describe("a seed that is not given", access -> switch (member(access)) {
            case "java.lang.Math.random",
                    "java.lang.System.identityHashCode",
                    "java.util.UUID.randomUUID",
                    "java.util.concurrent.ThreadLocalRandom.current",
                    "java.util.random.RandomGenerator.getDefault",
                    "java.util.random.RandomGenerator.of",
                    "java.security.SecureRandom.<init>" -> true;
            case "java.util.Random.<init>", "java.util.SplittableRandom.<init>" -> parameters(access).isEmpty();
            case "java.util.Collections.shuffle" -> parameters(access).size() == 1;
            default -> false;
        });
    }

    private static DescribedPredicate<JavaAccess<?>> readsEnvironment() {
        return access("the environment", "java.lang.System.getenv", "java.lang.System.getProperty", "java.lang.Runtime.getRuntime");
    }

    private static DescribedPredicate<JavaAccess<?>> access(String what, String... members) {
        return describe(what, access -> Set.of(members).contains(member(access)));
    }

    private static String member(JavaAccess<?> access) {
        return access.getTargetOwner().getName() + "." + access.getTarget().getName();
    }

    private static List<String> parameters(JavaAccess<?> access) {
        return access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget unit
                ? unit.getRawParameterTypes().stream().map(JavaClass::getName).toList()
                : List.of();
    }

    private static ArchCondition<JavaClass> satisfyThat(String description, Predicate<JavaClass> test) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean satisfied = test.test(type);
                String message = "%s %s %s".formatted(type.getName(), satisfied ? "does" : "does not", description);
                events.add(new SimpleConditionEvent(type, satisfied, message));
            }
        };
    }

    private static ArchCondition<JavaClass> satisfy(
            String description, Function<JavaClass, Stream<String>> violations) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                violations.apply(type).forEach(message -> events.add(SimpleConditionEvent.violated(type, message)));
            }
        };
    }

    private ArchCondition<JavaClass> onlyDependOn(
            String description, BiPredicate<JavaClass, JavaClass> allowed) {
        return new ArchCondition<>("only depend on " + description) {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                    JavaClass to = component(dependency.getTargetClass());
                    if (to.getPackageName().startsWith(root + ".") && !allowed.test(from, to)) {
                        events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }
}
