package v1alpha1

// The types of a site's conditions.
const (
	// ConditionAccepted says that the manifest on disk is the one that runs.
	ConditionAccepted = "Accepted"
	// ConditionReady says that every WAN's loop runs with usable probes and a
	// router that answers. It sums up the rest.
	ConditionReady = "Ready"
	// ConditionProgressing says that a change is being brought out.
	ConditionProgressing = "Progressing"
	// ConditionStable says that nothing has restarted or degraded of late.
	ConditionStable = "Stable"
	// ConditionDegraded says that something outside wanctl keeps a WAN from
	// being controlled.
	ConditionDegraded = "Degraded"
	// ConditionSignalUsable says that the probes' delay tells load from idle.
	ConditionSignalUsable = "SignalUsable"
	// ConditionStatusWritable says that status and state reach the disk.
	ConditionStatusWritable = "StatusWritable"
)

// The reasons of conditions and events. They are part of the API.
const (
	ReasonManifestAccepted    = "ManifestAccepted"
	ReasonManifestInvalid     = "ManifestInvalid"
	ReasonManifestRemoved     = "ManifestRemoved"
	ReasonLoopsRunning        = "LoopsRunning"
	ReasonLoopsStarting       = "LoopsStarting"
	ReasonLoopsStopped        = "LoopsStopped"
	ReasonSpecChanged         = "SpecChanged"
	ReasonUpToDate            = "UpToDate"
	ReasonSettling            = "Settling"
	ReasonSettled             = "Settled"
	ReasonHealthy             = "Healthy"
	ReasonRouterUnreachable   = "RouterUnreachable"
	ReasonRouterDenied        = "RouterDenied"
	ReasonRouterUnsupported   = "RouterUnsupported"
	ReasonRouterFailed        = "RouterFailed"
	ReasonQueueMissing        = "QueueMissing"
	ReasonProbesLost          = "ProbesLost"
	ReasonProbesFailing       = "ProbesFailing"
	ReasonLoopFailed          = "LoopFailed"
	ReasonWritten             = "Written"
	ReasonWriteFailed         = "WriteFailed"
	ReasonLoopStarted         = "LoopStarted"
	ReasonLoopRestarted       = "LoopRestarted"
	ReasonLoopRetuned         = "LoopRetuned"
	ReasonLoopStopped         = "LoopStopped"
	ReasonLoopResumed         = "LoopResumed"
	ReasonLoopCrashed         = "LoopCrashed"
	ReasonAgentCrashed        = "AgentCrashed"
	ReasonStateChanged        = "StateChanged"
	ReasonQueueBuilt          = "QueueBuilt"
	ReasonDriftCorrected      = "DriftCorrected"
	ReasonBaselineRelearned   = "BaselineRelearned"
	ReasonReflectorUnhealthy  = "ReflectorUnhealthy"
	ReasonReflectorHealthy    = "ReflectorHealthy"
	ReasonProbesRecovered     = "ProbesRecovered"
	ReasonRouterRecovered     = "RouterRecovered"
	ReasonInlineStatusFailed  = "InlineStatusFailed"
	ReasonTornStateSetAside   = "TornStateSetAside"
	ReasonSteered             = "Steered"
	ReasonSteeredBack         = "SteeredBack"
	ReasonSteeringHeld        = "SteeringHeld"
	ReasonSteeringDamped      = "SteeringDamped"
	ReasonSteeringUndamped    = "SteeringUndamped"
	ReasonSteeringResumed     = "SteeringResumed"
	ReasonRuleSwitched        = "RuleSwitched"
	ReasonRuleDriftCorrected  = "RuleDriftCorrected"
	ReasonRuleMissing         = "RuleMissing"
	ReasonRuleFailed          = "RuleFailed"
	ReasonRuleRecovered       = "RuleRecovered"
	ReasonICMPLost            = "ICMPLost"
	ReasonBeyondGateway       = "BeyondGateway"
	ReasonWANDown             = "WANDown"
	ReasonNoLoadYet           = "NoLoadYet"
	ReasonDelayUnderLoad      = "DelayUnderLoad"
	ReasonShaperLimits        = "ShaperLimits"
	ReasonPlateauWithoutDelay = "PlateauWithoutDelay"
	ReasonLossUnderLoad       = "LossUnderLoad"
	// The reasons of a rollout: of Progressing and Stable, and of events.
	ReasonRolloutPending          = "RolloutPending"
	ReasonRolloutProgressing      = "RolloutProgressing"
	ReasonRolloutSoaking          = "RolloutSoaking"
	ReasonRolloutAwaitingApproval = "RolloutAwaitingApproval"
	ReasonRolloutApproved         = "RolloutApproved"
	ReasonRolloutFinalizing       = "RolloutFinalizing"
	ReasonRolledBack              = "RolledBack"
	ReasonRolloutPaused           = "RolloutPaused"
	ReasonRolloutResumed          = "RolloutResumed"
	ReasonRolloutIssues           = "RolloutIssues"
	ReasonRolloutIssuesOver       = "RolloutIssuesOver"
	ReasonRolloutRetried          = "RolloutRetried"
	ReasonRolloutRejected         = "RolloutRejected"
	ReasonSoakPassed              = "SoakPassed"
	ReasonSoakExtended            = "SoakExtended"
)
