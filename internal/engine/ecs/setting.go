package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// defaults are the account settings and what they are until they are put.
var defaults = []struct{ name, value string }{
	{"awsvpcTrunking", "disabled"},
	{"containerInsights", "disabled"},
	{"containerInstanceLongArnFormat", "enabled"},
	{"defaultLogDriverMode", "non-blocking"},
	{"fargateEventWindows", "disabled"},
	{"fargateFIPSMode", "disabled"},
	{"fargateTaskRetirementWaitPeriod", "7"},
	{"guardDutyActivate", "off"},
	{"serviceLongArnFormat", "enabled"},
	{"tagResourceAuthorization", "off"},
	{"taskLongArnFormat", "enabled"},
}

// ListAccountSettings lists the settings that were put or, when the effective
// ones are asked for, all.
func (e *ECS) ListAccountSettings(ctx context.Context, in *ecs.ListAccountSettingsInput) (*ecs.ListAccountSettingsOutput, error) {
	call, list := wire.From(ctx), []types.Setting{}
	for _, d := range defaults {
		row, ok := e.rows.settings.Get(call.World() + d.name)
		if !ok && !in.EffectiveSettings || in.Name != "" && string(in.Name) != d.name {
			continue
		}
		if !ok {
			row = setting(call, d.name, d.value)
		}
		if in.Value == nil || *in.Value == *row.Value {
			list = append(list, row)
		}
	}
	list, next, err := wire.Page(list, in.NextToken, &in.MaxResults, 10, "InvalidParameterException")
	return &ecs.ListAccountSettingsOutput{Settings: list, NextToken: next}, err
}

func setting(call wire.Call, name, value string) types.Setting {
	return types.Setting{
		Name: types.SettingName(name), Value: &value, Type: types.SettingTypeUser,
		PrincipalArn: aws.String("arn:aws:iam::" + call.Account + ":root"),
	}
}

// PutAccountSetting keeps a setting for the account: the engine has one
// principal.
func (e *ECS) PutAccountSetting(ctx context.Context, in *ecs.PutAccountSettingInput) (*ecs.PutAccountSettingOutput, error) {
	row, err := e.putSetting(ctx, in.Name, in.Value)
	return &ecs.PutAccountSettingOutput{Setting: row}, err
}

// PutAccountSettingDefault keeps a setting for the account.
func (e *ECS) PutAccountSettingDefault(ctx context.Context, in *ecs.PutAccountSettingDefaultInput) (*ecs.PutAccountSettingDefaultOutput, error) {
	row, err := e.putSetting(ctx, in.Name, in.Value)
	return &ecs.PutAccountSettingDefaultOutput{Setting: row}, err
}

func (e *ECS) putSetting(ctx context.Context, name types.SettingName, value *string) (*types.Setting, error) {
	if !slices.Contains(name.Values(), name) {
		return nil, invalid("Invalid setting name: %s", name)
	}
	if aws.ToString(value) == "" {
		return nil, invalid("The setting value can not be blank.")
	}
	call := wire.From(ctx)
	row := setting(call, string(name), *value)
	e.rows.settings.Put(call.World()+string(name), row)
	return &row, nil
}
