package dev.keelson.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The root of all commands. */
@Command(
        name = "keelson",
        description = "Runs a prediction model for its whole life: data, training, serving, watching, retraining.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = VersionCommand.Provider.class,
        subcommands = {
            DemoCommand.class,
            InitCommand.class,
            DoctorCommand.class,
            ValidateCommand.class,
            PlanCommand.class,
            ApplyCommand.class,
            RunCommand.class,
            ReplayCommand.class,
            ServeCommand.class,
            StatusCommand.class,
            DataCommand.class,
            LabelsCommand.class,
            FeaturesCommand.class,
            ImportCommand.class,
            SimulateCommand.class,
            SyncCommand.class,
            LineageCommand.class,
            TrainCommand.class,
            TuneCommand.class,
            BenchmarkCommand.class,
            CheckCommand.class,
            BacktestCommand.class,
            RunsCommand.class,
            ExperimentsCommand.class,
            ReproduceCommand.class,
            SlicesCommand.class,
            ModelsCommand.class,
            RegistryCommand.class,
            AuditCommand.class,
            BanditCommand.class,
            BetsCommand.class,
            OpportunitiesCommand.class,
            PredictCommand.class,
            PredictionsCommand.class,
            RolloutCommand.class,
            StreaksCommand.class,
            ScheduleCommand.class,
            SettingsCommand.class,
            AlertsCommand.class,
            DriftCommand.class,
            PerformanceCommand.class,
            ExplainCommand.class,
            MlflowArtifactsCommand.class,
            ApiCommand.class,
            VersionCommand.class
        })
final class Keelson implements Runnable {
    @Mixin
    final GlobalOptions global = new GlobalOptions();

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    boolean version;

    private final Session session;

    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    picocli.CommandLine.Model.CommandSpec spec;

    Keelson(Session session) {
        this.session = session;
    }

    Session session() {
        return session;
    }

    /** Without a command: what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
