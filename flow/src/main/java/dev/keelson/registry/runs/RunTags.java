package dev.keelson.registry.runs;

/** Tags of runs that MLflow's clients know a meaning of, and Keelson too. */
public final class RunTags {
    /** The readable name of a run. */
    public static final String NAME = "mlflow.runName";
    /** The run that this one belongs to, as a trial belongs to its search. */
    public static final String PARENT = "mlflow.parentRunId";
    /** What a person wrote about the run. */
    public static final String NOTE = "mlflow.note.content";
    /** Who made it. */
    public static final String USER = "mlflow.user";
    /** What program made it. */
    public static final String SOURCE = "mlflow.source.name";
    /** Kind of {@link #SOURCE}. */
    public static final String SOURCE_TYPE = "mlflow.source.type";
    /** The commit that the project was at. */
    public static final String COMMIT = "mlflow.source.git.commit";
    /** What a data set was read for; a tag of the input, not of the run. */
    public static final String CONTEXT = "mlflow.data.context";

    private RunTags() {}
}
