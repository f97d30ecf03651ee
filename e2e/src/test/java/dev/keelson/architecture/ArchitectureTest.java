package dev.keelson.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The product keeps the architecture rules, and every rule finds what it is meant to find. */
final class ArchitectureTest {
    private static final String ROOT = "dev.keelson";
    private static final String FIXTURES = "dev.keelson.architecture.fixtures";
    private static final ArchitectureRules RULES = new ArchitectureRules(ROOT);
    private static final JavaClasses PRODUCT =
            new ClassFileImporter().withImportOption(ArchitectureTest::isProduct).importPackages(ROOT);

    private static boolean isProduct(Location location) {
        return !location.contains("/test-classes/") && !location.contains("-tests.jar") && !location.contains("/testkit/")
                && !location.contains("keelson-testkit");
    }

    @Test
    void everyModuleIsLookedAt() {
        assertThat(PRODUCT.stream().map(RULES::module).distinct().filter(module -> !module.isEmpty()))
                .containsExactlyInAnyOrderElementsOf(ArchitectureRules.TOPICS_OF_MODULE.keySet());
    }

    @Test
    void everyPackageIsInAModule() {
        RULES.everyPackageBelongsToAModule().check(PRODUCT);
    }

    @Test
    void packageOutsideEveryModuleIsFound() {
        assertBites("strangepackage", ArchitectureRules::everyPackageBelongsToAModule, "helpers.Oddity");
    }

    @Test
    void modulesPointDownwardsOnly() {
        RULES.modulesPointDownwards().check(PRODUCT);
    }

    @Test
    void coreThatKnowsTheLoopIsFound() {
        assertBites("upwardarrow", ArchitectureRules::modulesPointDownwards, "stats.Peek");
    }

    @Test
    void adapterThatKnowsAnotherIsFound() {
        assertBites("adapterknowsadapter", ArchitectureRules::modulesPointDownwards, "boosting.Trainer");
    }

    @Test
    void commandThatNamesAnAdapterIsFound() {
        assertBites("commandnamesadapter", ArchitectureRules::modulesPointDownwards, "cli.Command");
    }

    @Test
    void theLoopHasOneDirectionOnly() {
        RULES.theLoopHasOneDirection().check(PRODUCT);
    }

    @Test
    void servingThatKnowsMonitoringIsFound() {
        assertBites("backwardloop", ArchitectureRules::theLoopHasOneDirection, "serve.Endpoint");
    }

    @Test
    void trainingThatKnowsServingIsFound() {
        assertBites("trainknowsserve", ArchitectureRules::theLoopHasOneDirection, "train.Fit");
    }

    @Test
    void registryKnowsNothingOfLearning() {
        RULES.registryKnowsNothingOfLearning().check(PRODUCT);
    }

    @Test
    void registryThatKnowsAModelIsFound() {
        assertBites("registrylearns", ArchitectureRules::registryKnowsNothingOfLearning, "registry.Version");
    }

    @Test
    void servingKnowsNothingOfHttp() {
        RULES.servingKnowsNothingOfHttp().check(PRODUCT);
    }

    @Test
    void servingThatSpeaksHttpIsFound() {
        assertBites("servespeakshttp", ArchitectureRules::servingKnowsNothingOfHttp, "serve.Endpoint");
    }

    @Test
    void coreAndLearnDoNoInputOrOutput() {
        RULES.coreAndLearnDoNoInputOrOutput().check(PRODUCT);
    }

    @Test
    void learnerThatReadsAFileIsFound() {
        assertBites("learnreadsfile", ArchitectureRules::coreAndLearnDoNoInputOrOutput, "learn.Reader");
    }

    @Test
    void statisticThatQueriesADatabaseIsFound() {
        assertBites("statsquery", ArchitectureRules::coreAndLearnDoNoInputOrOutput, "stats.Query");
    }

    @Test
    void coreAndLearnReadNoClockAndNoHiddenSeed() {
        RULES.coreAndLearnReadNoClockAndNoHiddenSeed().check(PRODUCT);
    }

    @Test
    void metricThatReadsTheClockIsFound() {
        assertBites("metricreadsclock", ArchitectureRules::coreAndLearnReadNoClockAndNoHiddenSeed, "metrics.Stopwatch");
    }

    @Test
    void learnerThatAsksForNowIsFound() {
        assertBites("learnasksfornow", ArchitectureRules::coreAndLearnReadNoClockAndNoHiddenSeed, "learn.Dated");
    }

    @Test
    void learnerWithoutASeedIsFound() {
        assertBites("unseeded", ArchitectureRules::coreAndLearnReadNoClockAndNoHiddenSeed, "learn.Bagging");
    }

    @Test
    void timeIsAParameterOfTheLoop() {
        RULES.timeIsAParameterOfTheLoop().check(PRODUCT);
    }

    @Test
    void loopThatAsksForNowIsFound() {
        assertBites("loopasksfornow", ArchitectureRules::timeIsAParameterOfTheLoop, "control.Schedule");
    }

    @Test
    void flowHasNoDrivers() {
        RULES.flowHasNoDrivers().check(PRODUCT);
    }

    @Test
    void loopThatQueriesADatabaseIsFound() {
        assertBites("loopqueries", ArchitectureRules::flowHasNoDrivers, "registry.Table");
    }

    @Test
    void spiIsForAdaptersAndItsTopic() {
        RULES.spiIsForAdaptersAndItsTopic().check(PRODUCT);
    }

    @Test
    void consoleThatUsesAnSpiIsFound() {
        assertBites("strangerusesspi", ArchitectureRules::spiIsForAdaptersAndItsTopic, "console.Page");
    }

    @Test
    void internalIsPrivateToItsTopic() {
        RULES.internalIsPrivateToItsTopic().check(PRODUCT);
    }

    @Test
    void strangerInAnInternalPackageIsFound() {
        assertBites("strangerinside", ArchitectureRules::internalIsPrivateToItsTopic, "serve.Shortcut");
    }

    @Test
    void nothingIsSerialisedByJava() {
        RULES.nothingIsSerialisedByJava().check(PRODUCT);
    }

    @Test
    void objectStreamIsFound() {
        assertBites("objectstream", ArchitectureRules::nothingIsSerialisedByJava, "store.Pickle");
    }

    @Test
    void serialisableClassIsFound() {
        assertBites("serialisable", ArchitectureRules::nothingIsSerialisedByJava, "learn.Weights");
    }

    @Test
    void onlyTheCommandLineUsesTheTerminal() {
        RULES.onlyTheCommandLineUsesTheTerminal().check(PRODUCT);
    }

    @Test
    void libraryThatPrintsIsFound() {
        assertBites("libraryprints", ArchitectureRules::onlyTheCommandLineUsesTheTerminal, "monitor.Shout");
    }

    @Test
    void everyPackageIsNullMarked() {
        RULES.everyPackageIsNullMarked().check(PRODUCT);
    }

    @Test
    void packageWithoutNullMarkedIsFound() {
        assertBites("notnullmarked", ArchitectureRules::everyPackageIsNullMarked, "stats");
    }

    private static void assertBites(String fixture, Function<ArchitectureRules, ArchRule> rule, String... culprits) {
        String root = FIXTURES + "." + fixture;
        JavaClasses planted = new ClassFileImporter().importPackages(root);
        ArchRule planting = rule.apply(new ArchitectureRules(root));

        assertThatThrownBy(() -> planting.check(planted))
                .isInstanceOf(AssertionError.class)
                .message()
                .contains("Architecture Violation")
                .contains(culprits);
    }
}
